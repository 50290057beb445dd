# frozen_string_literal: true

require_relative "api"
require_relative "errors"
require_relative "lambda_context"
require_relative "lambda_handler"
require_relative "logs"
require_relative "snapshot"

module ThawRuntime
  # INIT, then one invocation after the other.
  class Loop
    RESPONSE_TOO_LARGE = 413
    # AWS's exit codes -4 and -1, as the system shows them.
    INIT_FAILED = 252
    FUNCTION_FAILED = 255
    private_constant :RESPONSE_TOO_LARGE, :INIT_FAILED, :FUNCTION_FAILED

    def initialize
      @api = Api.new(ENV.fetch("AWS_LAMBDA_RUNTIME_API"))
    end

    # Serves until the sandbox ends; returns the exit code of what cannot go on.
    def run
      $stdout.sync = true
      if Snapshot.template?
        serve(Snapshot::Exercise.new, Snapshot.exercise_count)
        Snapshot.become(@api.restore_next)
      end
      Logs.set_up
      handler = prepare
      handler ? serve(handler) : INIT_FAILED
    end

    private

    # The handler, ready to be called; nil if INIT, or the restore within it, failed and was reported.
    def prepare
      name = ENV.fetch("_HANDLER", "")
      handler = attempt(:init_error, "Init error when loading handler #{name}") do
        task_root = ENV.fetch("LAMBDA_TASK_ROOT", "/var/task")
        $LOAD_PATH.unshift(task_root) unless $LOAD_PATH.include?(task_root)
        LambdaHandler.new(name).tap do |loaded|
          loaded.load_file
          Snapshot.run_before_snapshot if Snapshot.waits_for_restore?
        end
      end
      return handler unless handler && Snapshot.waits_for_restore?

      document = @api.restore_next
      attempt(:restore_error, "Error after the restore") do
        Snapshot.run_after_restore(document)
        handler
      end
    end

    # What the block returns; nil if it raised, which is logged and reported.
    def attempt(report, title)
      yield
    rescue Exception => e # LoadError, SyntaxError and SystemExit of the function's file are no StandardErrors
      failure = Failure.new(e, "Init")
      failure.log(title)
      @api.public_send(report, failure.header, failure.document)
      nil
    end

    # Serves invocations: for ever, or `count` of them.
    def serve(handler, count = nil)
      request = @api.next
      loop do
        begin_invocation(request)
        answer, failure = call(handler, request)
        if failure
          status = @api.invocation_error(request.request_id, failure.header, failure.document)
          return FUNCTION_FAILED if failure.critical?

          following = @api.next
        elsif count && (count -= 1).zero?
          return @api.respond(request.request_id, *answer)
        else
          status, following = @api.respond_and_next(request.request_id, *answer)
        end
        check(status, request.request_id)
        request = following
      end
    end

    def begin_invocation(request)
      Logs.request_id = request.request_id
      ENV["_X_AMZN_TRACE_ID"] = request["Lambda-Runtime-Trace-Id"]
    end

    # The answer, or what to report in its place.
    def call(handler, request)
      phase = "Runtime"
      event = AwsLambda::Marshaller.marshall_request(request)
      context = LambdaContext.new(request)
      phase = "Function"
      [handler.call_handler(event, context), nil]
    rescue Exception => e # a handler that exits is an error, too
      failure = Failure.new(e, phase)
      failure.log(failure.critical? ? "Critical exception from handler" : "Error raised from handler method")
      [nil, failure]
    end

    def check(status, request_id)
      return if status == 202

      $stdout.puts("LAMBDA_RUNTIME Failed to post the answer of #{request_id}. Http response code: #{status}.")
      exit(1) unless status == RESPONSE_TOO_LARGE
    end
  end
end
