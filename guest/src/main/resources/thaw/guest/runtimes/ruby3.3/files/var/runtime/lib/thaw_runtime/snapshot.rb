# frozen_string_literal: true

require "json"

module ThawRuntime
  # What a snapshot asks of the runtime: a template that becomes any function, hooks around a function's own, fresh randomness.
  module Snapshot
    EXERCISE = "THAW_TEMPLATE_INVOKES"
    HOOKS = "SnapshotRestore"
    private_constant :EXERCISE, :HOOKS

    # Thaw's own handler: touches what every function's invocations touch, so that it is warm in the snapshot.
    class Exercise
      def call_handler(event, context)
        context.get_remaining_time_in_millis
        begin
          raise ArgumentError, "exercise"
        rescue ArgumentError => e
          Failure.new(e, "Function").document
        end
        [{ "event" => event, "text" => "#{context.function_name} \u2744", "numbers" => [1, 2.5, nil, true] }.to_json,
         "application/json"]
      end
    end

    class << self
      # Whether this process is to be frozen before it knows its function.
      def template?
        ENV.key?(EXERCISE)
      end

      def exercise_count
        Integer(ENV.fetch(EXERCISE))
      end

      # Takes over the environment of the function that this process is from now on.
      def become(document)
        renew_randomness
        ENV.replace(JSON.parse(document).fetch("environment"))
        Dir.chdir(ENV.fetch("LAMBDA_TASK_ROOT", "/var/task"))
        Gem.clear_paths
      end

      def waits_for_restore?
        ENV["AWS_LAMBDA_INITIALIZATION_TYPE"] == "snap-start"
      end

      def run_before_snapshot
        SnapshotRestore.run_before_snapshot if Object.const_defined?(HOOKS)
      end

      # What this clone alone has: randomness, the variables in the answer to restore/next, what the hooks renew.
      def run_after_restore(document)
        renew_randomness
        ENV.update(JSON.parse(document).fetch("environment")) unless document.empty?
        SnapshotRestore.run_after_restore if Object.const_defined?(HOOKS)
      end

      # Generators in this process that would otherwise go on alike in all clones; the kernel's, out of which SecureRandom
      # draws, is renewed already.
      def renew_randomness
        Random.srand
        OpenSSL::Random.random_add(Random.urandom(64), 64.0) if Object.const_defined?("OpenSSL::Random")
      end
    end
  end
end
