"""The Lambda Runtime API (2018-06-01) over one keep-alive connection.

The connection is made with the C socket type: the modules `http` and `socket` take more time to import than the rest of
this runtime. Requests and answers are written and read by `native`, which the image has compiled.
"""

import _socket
import os
import sys

from . import native

_PREFIX = b"/2018-06-01/runtime/"
_HOST = b" HTTP/1.1\r\nHost: runtime\r\n\r\n"
_JSON = "application/json"

# Requests for `ask`, which blocks until there is an invocation, or until this process was restored from a snapshot, which is
# taken while it waits. It returns a tuple as `native` has it: status, body, and headers as texts, None for those not sent.
NEXT = b"GET " + _PREFIX + b"invocation/next" + _HOST
RESTORE_NEXT = b"GET " + _PREFIX + b"restore/next" + _HOST
# Nothing is sent: the next invocation was asked for together with an answer, which takes one system call, and one wake-up.
ASKED = b""
ask = native.ask

# Thaw's agent serves the same through two pipes, which cost the kernel least; a local socket of this name and type is
# exchanged for them. Another address is somebody else's.
_AGENT = "127.0.0.1:9001"
_AGENT_PIPES = b"\0thaw-runtime-api"
_DESCRIPTOR_BYTES = 4


def connect(address):
    """All below goes to that address from now on."""
    inlet, outlet = _pipes() if address == _AGENT else _socket_to(address)
    native.use(inlet, outlet, os.environ._data)  # whatever a function puts in the place of `os.environ`


def _pipes():
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
    connection.connect(_AGENT_PIPES)
    room = _socket.CMSG_LEN(2 * _DESCRIPTOR_BYTES)
    _, ancillary, _, _ = connection.recvmsg(1, room, _socket.MSG_CMSG_CLOEXEC)
    connection.close()
    if not ancillary:
        raise ConnectionError("the agent gave no pipes")
    rights = ancillary[0][2]
    return [int.from_bytes(rights[at : at + _DESCRIPTOR_BYTES], sys.byteorder) for at in (0, _DESCRIPTOR_BYTES)]


def _socket_to(address):
    host, port = address.rsplit(":", 1)
    connection = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
    connection.connect((host, int(port)))
    connection.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
    descriptor = connection.detach()  # it is open for ever
    return descriptor, descriptor


def fail(request_id, error_type, document, following):
    """Posts an invocation's error document, and the request that follows."""
    _post_error(f"invocation/{request_id}/error", error_type, document, following)


def restore_error(error_type, document):
    _post_error("restore/error", error_type, document, b"")
    native.receive()


def init_error(error_type, document):
    _post_error("init/error", error_type, document, b"")
    native.receive()


def _post_error(path, error_type, document, following):
    # A type is a class's name: whatever else it holds must not end the header.
    kind = error_type.encode("ascii", "replace").decode().replace("\r", "?").replace("\n", "?")
    native.fail(path, document, _JSON, kind, following)
