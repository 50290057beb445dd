class Refused < StandardError; end

def handler(event:, context:)
  raise Refused, "no" if event["do"] == "raise"

  Logger.new($stdout).info("served #{event["name"]}")
  {
    ruby: RUBY_VERSION,
    name: context.function_name,
    requestId: context.aws_request_id,
    color: ENV["COLOR"],
    execution: ENV["AWS_EXECUTION_ENV"],
    directory: Dir.pwd,
    user: Process.uid,
    library: (require "library") && LIBRARY,
    gem: (require "note") && NOTE,
    sdk: %w[s3 kms cloudformation].each { |name| require "aws-sdk-#{name}" } && Aws::S3::GEM_VERSION
  }
end
