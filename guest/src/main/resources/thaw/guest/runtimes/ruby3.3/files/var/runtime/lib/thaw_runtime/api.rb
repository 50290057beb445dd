# frozen_string_literal: true

require "socket"

module ThawRuntime
  # What `next` answered: headers by name in any case, and the event's bytes. Functions that replace
  # AwsLambda::Marshaller.marshall_request get it as AWS's runtime gives them its HTTP response.
  class RawRequest
    attr_reader :body

    def initialize(headers, body)
      @headers = headers
      @body = body
    end

    def [](name)
      @headers[name.downcase]
    end

    def request_id
      @headers.fetch("lambda-runtime-aws-request-id")
    end
  end

  # The Lambda Runtime API (2018-06-01) over one keep-alive connection. `net/http` costs several times the CPU per invocation.
  class Api
    PREFIX = "/2018-06-01/runtime/"
    HOST = " HTTP/1.1\r\nHost: runtime\r\n"
    NEXT = "GET #{PREFIX}invocation/next#{HOST}\r\n".freeze
    RESTORE_NEXT = "GET #{PREFIX}restore/next#{HOST}\r\n".freeze
    HEAD_BYTES = 1 << 20
    RECEIVE_BYTES = 1 << 16
    private_constant :PREFIX, :HOST, :NEXT, :RESTORE_NEXT, :HEAD_BYTES, :RECEIVE_BYTES

    def initialize(address)
      @socket = connect(address)
      @received = String.new(capacity: RECEIVE_BYTES, encoding: Encoding::BINARY)
    end

    # Thaw's agent serves the same on a local socket, which costs the kernel less. Another address is somebody else's.
    def connect(address)
      return UNIXSocket.new("\0thaw-runtime-api") if address == "127.0.0.1:9001"

      host, _, port = address.rpartition(":")
      socket = TCPSocket.new(host, port.to_i)
      socket.setsockopt(Socket::IPPROTO_TCP, Socket::TCP_NODELAY, 1)
      socket
    end
    private :connect

    # Blocks until there is an invocation.
    def next
      @socket.write(NEXT)
      read_invocation
    end

    # Posts an answer and asks for the next invocation in the same breath: one system call, one wake-up.
    # Returns the status of the answer's post and the next invocation.
    def respond_and_next(request_id, body, content_type)
      @socket.write(head("invocation/#{request_id}/response", body, content_type), body, NEXT)
      [read_response[0], read_invocation]
    end

    # Posts an answer and asks for nothing more.
    def respond(request_id, body, content_type)
      @socket.write(head("invocation/#{request_id}/response", body, content_type), body)
      read_response
    end

    # Posts an invocation's error document; returns the status.
    def invocation_error(request_id, error_type, document)
      report("invocation/#{request_id}/error", error_type, document)
    end

    def init_error(error_type, document)
      report("init/error", error_type, document)
    end

    # Blocks until this process was restored from a snapshot, which is taken while it waits; returns the answer's body.
    def restore_next
      @socket.write(RESTORE_NEXT)
      status, _, body = read_response
      raise IOError, "the runtime API answered restore/next with status #{status}: #{body}" unless status == 200

      body
    end

    def restore_error(error_type, document)
      report("restore/error", error_type, document)
    end

    private

    def report(path, error_type, document)
      @socket.write(head(path, document, "application/json", error_type), document)
      read_response[0]
    end

    def head(path, body, content_type, error_type = nil)
      # A type is a class's name: whatever else it holds must not end the header.
      error = error_type ? "Lambda-Runtime-Function-Error-Type: #{error_type.gsub(/[^ -~]/, "?")}\r\n" : ""
      "POST #{PREFIX}#{path}#{HOST}Content-Type: #{content_type}\r\n#{error}Content-Length: #{body.bytesize}\r\n\r\n"
    end

    def read_invocation
      status, headers, body = read_response
      raise IOError, "the runtime API answered next with status #{status}: #{body}" unless status == 200

      RawRequest.new(headers, body.force_encoding(Encoding::UTF_8))
    end

    def read_response
      until (head_end = @received.index("\r\n\r\n"))
        raise IOError, "the runtime API sent an endless head" if @received.bytesize > HEAD_BYTES

        receive
      end
      status_line, *lines = @received.byteslice(0, head_end).force_encoding(Encoding::UTF_8).split("\r\n")
      headers = lines.to_h do |line|
        name, _, value = line.partition(":")
        [name.downcase, value.strip]
      end
      body = read_body(head_end + 4, headers.fetch("content-length", "0").to_i)
      [status_line[9, 3].to_i, headers, body]
    end

    def read_body(start, length)
      receive while @received.bytesize < start + length
      body = @received.byteslice(start, length)
      @received = @received.byteslice(start + length, @received.bytesize)
      body
    end

    def receive
      @received << @socket.readpartial(RECEIVE_BYTES)
    rescue EOFError
      raise IOError, "the runtime API closed the connection"
    end
  end
end
