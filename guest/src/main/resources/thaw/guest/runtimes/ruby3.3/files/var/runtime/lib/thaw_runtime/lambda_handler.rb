# frozen_string_literal: true

require_relative "marshaller"

# Finds and calls the function's handler: FILE.METHOD or FILE.MODULE.METHOD. Its class is named as AWS's, since a missing
# method's error names it.
class LambdaHandler
  def initialize(name)
    parts = name.split(".")
    unless [2, 3].include?(parts.size)
      raise ArgumentError,
            "Invalid handler #{parts}, must be of form FILENAME.METHOD or FILENAME.CLASS.METHOD where FILENAME corresponds with " \
            "an existing Ruby source file FILENAME.rb, CLASS is an optional module/class namespace and METHOD is a callable " \
            "method. If using CLASS, METHOD must be a class-level method."
    end
    @file = parts.first
    @class_name = parts[1] if parts.size == 3
    @method = parts.last
  end

  def load_file
    require @file
  end

  # The answer's bytes and content type.
  def call_handler(event, context)
    receiver = @class_name ? Kernel.const_get(@class_name) : self
    answer = receiver.__send__(@method, event: event, context: context)
    body, content_type = AwsLambda::Marshaller.marshall_response(answer)
    [body.respond_to?(:read) ? body.read : body, content_type || "application/json"]
  end
end
