# frozen_string_literal: true

require "json"
require "stringio"

module AwsLambda
  # Events in, answers out. AWS lets functions replace these two methods.
  class Marshaller
    class << self
      def marshall_request(raw_request)
        JSON.parse(raw_request.body)
      end

      # JSON, or an array of an answer and its content type. An IO's content is the answer as it is.
      def marshall_response(method_response)
        case method_response
        when StringIO, IO then [method_response, "application/unknown"]
        else method_response.to_json
        end
      end
    end
  end
end
