"""The Lambda Runtime API (2018-06-01) over one keep-alive connection.

It speaks HTTP/1.1 over the C socket type: `http.client` costs twice the CPU per invocation, and the modules `http` and
`socket` more time to import than the rest of this runtime.
"""

import _socket

_PREFIX = b"/2018-06-01/runtime/"
_HOST = b" HTTP/1.1\r\nHost: runtime\r\n"
_NEXT = b"GET " + _PREFIX + b"invocation/next" + _HOST + b"\r\n"
_RESTORE_NEXT = b"GET " + _PREFIX + b"restore/next" + _HOST + b"\r\n"

_HEAD_BYTES = 1 << 20
_RECEIVE_BYTES = 1 << 16
# Up to here a request is sent as one string of bytes; beyond, its parts are gathered by the kernel.
_JOIN_BYTES = 1 << 16

_SEND_FLAGS = _socket.MSG_NOSIGNAL


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
    """What `next` answered: headers by lower-case name, and the event's bytes."""

    __slots__ = ("request_id", "headers", "event")

    def __init__(self, headers, event):
        self.request_id = headers["lambda-runtime-aws-request-id"]
        self.headers = headers
        self.event = event


class Api:
    def __init__(self, address):
        self._socket = _connect(address)
        self._received = b""

    def next(self):
        """Blocks until there is an invocation."""
        self._socket.sendall(_NEXT, _SEND_FLAGS)
        return self._read_invocation()

    def respond_and_next(self, request_id, body, content_type):
        """Posts an answer and asks for the next invocation in the same breath: one system call, one wake-up.

        Returns the status of the answer's post and the next invocation.
        """
        head = self._head(b"invocation/%b/response" % request_id.encode(), body, content_type)
        self._send(head, body, _NEXT)
        return self._read_response()[0], self._read_invocation()

    def respond(self, request_id, body, content_type):
        """Posts an answer and asks for nothing more."""
        self._send(self._head(b"invocation/%b/response" % request_id.encode(), body, content_type), body, b"")
        self._read_response()

    def restore_next(self):
        """Blocks until this process was restored from a snapshot, which is taken while it waits; returns the answer's body."""
        self._socket.sendall(_RESTORE_NEXT, _SEND_FLAGS)
        status, _, body = self._read_response()
        if status != 200:
            raise ConnectionError(f"the runtime API answered restore/next with status {status}: {bytes(body)!r}")
        return body

    def restore_error(self, error_type, document):
        self._send(self._head(b"restore/error", document, b"application/json", error_type), document, b"")
        self._read_response()

    def fail(self, request_id, error_type, document):
        """Posts an invocation's error document and asks for nothing more."""
        path = b"invocation/%b/error" % request_id.encode()
        self._send(self._head(path, document, b"application/json", error_type), document, b"")
        self._read_response()

    def fail_and_next(self, request_id, error_type, document):
        """Posts an invocation's error document and asks for the next invocation; returns as respond_and_next."""
        path = b"invocation/%b/error" % request_id.encode()
        self._send(self._head(path, document, b"application/json", error_type), document, _NEXT)
        return self._read_response()[0], self._read_invocation()

    def init_error(self, error_type, document):
        self._send(self._head(b"init/error", document, b"application/json", error_type), document, b"")
        self._read_response()

    @staticmethod
    def _head(path, body, content_type, error_type=None):
        error = b""
        if error_type is not None:
            # A type is a class's name: whatever else it holds must not end the header.
            name = error_type.encode("ascii", "replace").replace(b"\r", b"?").replace(b"\n", b"?")
            error = b"Lambda-Runtime-Function-Error-Type: %b\r\n" % name
        return b"POST %b%b%bContent-Type: %b\r\n%bContent-Length: %d\r\n\r\n" % (
            _PREFIX, path, _HOST, content_type, error, len(body),
        )  # fmt: skip

    def _send(self, head, body, after):
        if len(body) <= _JOIN_BYTES:
            self._socket.sendall(head + body + after, _SEND_FLAGS)
            return
        parts = [memoryview(part) for part in (head, body, after) if part]
        while parts:
            sent = self._socket.sendmsg(parts, (), _SEND_FLAGS)
            while parts and sent >= len(parts[0]):
                sent -= len(parts.pop(0))
            if parts:
                parts[0] = parts[0][sent:]

    def _read_invocation(self):
        status, headers, body = self._read_response()
        if status != 200:
            raise ConnectionError(f"the runtime API answered next with status {status}: {bytes(body)!r}")
        return Invocation(headers, body)

    def _read_response(self):
        received = self._received
        while (end := received.find(b"\r\n\r\n")) < 0:
            if len(received) > _HEAD_BYTES:
                raise ConnectionError("the runtime API sent an endless head")
            received += self._receive()
        status_line, *lines = received[:end].decode("utf-8", "replace").split("\r\n")
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip(" ")
        length = int(headers.get("content-length", "0"))
        start = end + 4
        if len(received) - start >= length:
            body = received[start : start + length]
            self._received = received[start + length :]
        else:
            body = self._read_rest(received[start:], length)
            self._received = b""
        return int(status_line[9:12]), headers, body

    def _read_rest(self, first, length):
        body = bytearray(length)
        body[: len(first)] = first
        view = memoryview(body)
        at = len(first)
        while at < length:
            count = self._socket.recv_into(view[at:])
            if count == 0:
                raise ConnectionError("the runtime API closed the connection within an event")
            at += count
        return body

    def _receive(self):
        data = self._socket.recv(_RECEIVE_BYTES)
        if not data:
            raise ConnectionError("the runtime API closed the connection")
        return data
