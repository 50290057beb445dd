# frozen_string_literal: true

# Hooks around a snapshot, an extension of Thaw's: AWS has SnapStart for other languages, but not for Ruby. As there, the hooks
# run before the snapshot in the reverse order of their registration, and after each restore in its order.
#
#     require "snapshot_restore"
#     SnapshotRestore.before_snapshot { DB.disconnect }
#     SnapshotRestore.after_restore { DB.connect }
module SnapshotRestore
  @before_snapshot = []
  @after_restore = []

  class << self
    def before_snapshot(&hook)
      @before_snapshot << hook
    end

    def after_restore(&hook)
      @after_restore << hook
    end

    # Called by the runtime.
    def run_before_snapshot
      @before_snapshot.reverse_each(&:call)
    end

    # Called by the runtime.
    def run_after_restore
      @after_restore.each(&:call)
    end
  end
end
