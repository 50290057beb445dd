# frozen_string_literal: true

require "json"

module ThawRuntime
  # An exception as AWS reports it: a document for the caller, and the same for the log.
  class Failure
    # Only these are named to the service; a class of the function's own is not.
    NAMED = %w[ArgumentError NoMethodError Exception StandardError NameError LoadError SystemExit SystemStackError].freeze
    FRAMES = 100
    OWN_DIRECTORY = "#{__dir__}/"
    private_constant :NAMED, :FRAMES, :OWN_DIRECTORY

    # phase is AWS's word for whose error it is: Function, Init or Runtime.
    def initialize(error, phase)
      @error = error
      @type = "#{phase}<#{error.class}>"
    end

    # What the header Lambda-Runtime-Function-Error-Type says.
    def header
      NAMED.include?(@error.class.to_s) ? @type : "Function<UserException>"
    end

    # The function is not to be called again after such an error.
    def critical?
      !@error.is_a?(StandardError) || @error.is_a?(NameError)
    end

    def document
      JSON.generate(content)
    end

    def log(title)
      $stdout.puts(title)
      $stdout.puts(JSON.pretty_generate(content))
    rescue StandardError
      nil # The function's own $stdout: its loss.
    end

    private

    def content
      @content ||= { errorMessage: text(@error.message), errorType: text(@type), stackTrace: stack }
    end

    # The frames down to where the runtime called the function.
    def stack
      frames = (@error.backtrace || []).first(FRAMES)
      frames.take_while { |frame| !frame.start_with?(OWN_DIRECTORY) }.map { |frame| text(frame) }
    end

    def text(value)
      value.to_s.encode(Encoding::UTF_8, invalid: :replace, undef: :replace).scrub
    end
  end
end
