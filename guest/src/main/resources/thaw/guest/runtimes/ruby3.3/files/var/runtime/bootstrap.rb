# frozen_string_literal: true

# The ruby runtime's entry.
require_relative "lib/thaw_runtime/loop"

exit(ThawRuntime::Loop.new.run)
