"""The Lambda Runtime API (2018-06-01) over one keep-alive connection.

The connection is made with the C socket type: the modules `http` and `socket` take more time to import than the rest of
this runtime. Requests and answers are written and read by `native`, which the image has compiled.
"""

import _socket

from . import native

_PREFIX = b"/2018-06-01/runtime/"
_HOST = b" HTTP/1.1\r\nHost: runtime\r\n\r\n"
_NEXT = b"GET " + _PREFIX + b"invocation/next" + _HOST
_RESTORE_NEXT = b"GET " + _PREFIX + b"restore/next" + _HOST
_JSON = "application/json"


# Thaw's agent serves the same on a local socket, which costs the kernel less. Another address is somebody else's.
_AGENT = "127.0.0.1:9001"
_AGENT_LOCAL = b"\0thaw-runtime-api"


def _connect(address):
    if address == _AGENT:
        connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
        connection.connect(_AGENT_LOCAL)
        return connection
    host, port = address.rsplit(":", 1)
    connection = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
    connection.connect((host, int(port)))
    connection.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
    return connection


class Invocation:
    """What `next` answered: the event's bytes, and headers as texts, None for those that were not sent."""

    __slots__ = ("event", "request_id", "deadline", "arn", "trace_id", "tenant_id", "client_context", "identity")

    def __init__(self, answer):
        (
            _,
            self.event,
            self.request_id,
            self.deadline,
            self.arn,
            self.trace_id,
            self.tenant_id,
            self.client_context,
            self.identity,
        ) = answer


class Api:
    def __init__(self, address):
        self._socket = _connect(address)
        self._connection = self._socket.fileno()

    def next(self):
        """Blocks until there is an invocation."""
        native.send(self._connection, _NEXT)
        return self._receive_invocation()

    def respond_and_next(self, request_id, body, content_type):
        """Posts an answer and asks for the next invocation in the same breath: one system call, one wake-up.

        Returns the status of the answer's post and the next invocation.
        """
        native.post(self._connection, f"invocation/{request_id}/response", body, content_type, None, _NEXT)
        return native.receive(self._connection)[0], self._receive_invocation()

    def respond(self, request_id, body, content_type):
        """Posts an answer and asks for nothing more."""
        native.post(self._connection, f"invocation/{request_id}/response", body, content_type, None, b"")
        native.receive(self._connection)

    def restore_next(self):
        """Blocks until this process was restored from a snapshot, which is taken while it waits; returns the answer's body."""
        native.send(self._connection, _RESTORE_NEXT)
        return self._expect_ok("restore/next")[1]

    def restore_error(self, error_type, document):
        self._post_error("restore/error", error_type, document, b"")

    def fail(self, request_id, error_type, document):
        """Posts an invocation's error document and asks for nothing more."""
        self._post_error(f"invocation/{request_id}/error", error_type, document, b"")

    def fail_and_next(self, request_id, error_type, document):
        """Posts an invocation's error document and asks for the next invocation; returns as respond_and_next."""
        return self._post_error(f"invocation/{request_id}/error", error_type, document, _NEXT), self._receive_invocation()

    def init_error(self, error_type, document):
        self._post_error("init/error", error_type, document, b"")

    def _post_error(self, path, error_type, document, following):
        # A type is a class's name: whatever else it holds must not end the header.
        kind = error_type.encode("ascii", "replace").decode().replace("\r", "?").replace("\n", "?")
        native.post(self._connection, path, document, _JSON, kind, following)
        return native.receive(self._connection)[0]

    def _receive_invocation(self):
        return Invocation(self._expect_ok("next"))

    def _expect_ok(self, what):
        answer = native.receive(self._connection)
        if answer[0] != 200:
            raise ConnectionError(f"the runtime API answered {what} with status {answer[0]}: {answer[1]!r}")
        return answer
