# frozen_string_literal: true

require "json"
require "logger"

module ThawRuntime
  # How loggers on stdout and stderr write, unless the function gives them a formatter of its own: AWS's text, with the id of
  # the invocation, or JSON.
  module Logs
    LEVELS = { "TRACE" => ::Logger::DEBUG, "DEBUG" => ::Logger::DEBUG, "INFO" => ::Logger::INFO, "WARN" => ::Logger::WARN,
               "ERROR" => ::Logger::ERROR, "FATAL" => ::Logger::FATAL }.freeze
    private_constant :LEVELS

    class << self
      # Of the invocation being handled.
      attr_accessor :request_id
      attr_reader :formatter, :lowest_level

      # Reads the function's settings from its environment.
      def set_up
        json = ENV["AWS_LAMBDA_LOG_FORMAT"].to_s.casecmp?("JSON")
        @formatter = json ? JsonFormatter : TextFormatter
        @lowest_level = LEVELS.fetch(json ? ENV["AWS_LAMBDA_LOG_LEVEL"].to_s.upcase : "", ::Logger::DEBUG)
      end

      def utf8(value)
        value.to_s.encode(Encoding::UTF_8, invalid: :replace, undef: :replace).scrub
      end
    end

    # Every new logger on the function's log is set up as AWS's runtime does.
    module OnLog
      def initialize(logdev = nil, *arguments, **options)
        super
        return unless [$stdout, $stderr, STDOUT, STDERR].any? { |stream| stream.equal?(logdev) }

        layout = @default_formatter.datetime_format
        @default_formatter = Logs.formatter.new.tap { |formatter| formatter.datetime_format = layout }
        self.level = [level, Logs.lowest_level].max
      end
    end

    class TextFormatter < ::Logger::Formatter
      def call(severity, time, progname, message)
        line = format("%s, [%s #%d] %5s %s -- %s: %s", severity[0], format_datetime(time), Process.pid, severity,
                      Logs.request_id, progname, msg2str(message))
        "#{Logs.utf8(line)}\n"
      end
    end

    class JsonFormatter < ::Logger::Formatter
      def call(severity, time, progname, message)
        entry = {
          timestamp: time.utc.strftime("%Y-%m-%dT%H:%M:%S.%6NZ"),
          level: severity,
          message: Logs.utf8(message.is_a?(Exception) ? message.message : msg2str(message)),
          requestId: Logs.request_id,
          logger: progname && Logs.utf8(progname)
        }
        entry.merge!(exception(message)) if message.is_a?(Exception)
        "#{JSON.generate(entry.compact)}\n"
      end

      private

      def exception(error)
        stack = Array(error.backtrace).map { |frame| Logs.utf8(frame) }
        {
          errorType: error.class.to_s,
          errorMessage: Logs.utf8(error.message),
          stackTrace: stack,
          location: stack.first&.sub(/\A(.+):(\d+):in [`'](.+)'\z/, '\1:\3:\2')
        }
      end
    end

    ::Logger.prepend(OnLog)
  end
end
