"""Errors as AWS reports them: a document for the caller, a text for the log."""

import sys

from . import json_format

_OWN_DIRECTORY = __file__.rpartition("/")[0]
# AWS indents stack traces in the text log with no-break spaces, so that they survive log viewers.
_INDENT = "\u00a0"


class Fault(Exception):
    """An error that the runtime finds, not the function: its type starts with `Runtime.`."""

    def __init__(self, kind, message, trace=()):
        super().__init__(message)
        self.kind = "Runtime." + kind
        self.trace = list(trace)


def document(error, request_id=""):
    """The error document of an exception."""
    if isinstance(error, Fault):
        message, kind, trace = str(error), error.kind, error.trace
    else:
        message, kind, trace = _text_of(error), type(error).__name__, _trace_of(error)
    return {"errorMessage": message, "errorType": kind, "requestId": request_id, "stackTrace": trace}


def encode(error_document):
    return json_format.encode_any_text(error_document)


def log(error_document, as_json):
    """Writes an error document to the log, in the function's log format."""
    if as_json:
        from .clock import timestamp

        entry = {"timestamp": timestamp(), "level": "ERROR", **error_document}
        text = json_format.encode_any_text(entry).decode()
    else:
        text = _log_text(error_document)
    sys.stdout.write(text + "\n")


def _log_text(error_document):
    message = error_document["errorMessage"]
    first = "[ERROR] " + error_document["errorType"] + (": " + message if message else "")
    lines = [first, "Traceback (most recent call last):"]
    for entry in error_document["stackTrace"]:
        for line in entry.splitlines():
            text = line.lstrip(" ")
            lines.append(_INDENT * (len(line) - len(text)) + text)
    return "\n".join(lines)


def _text_of(error):
    try:
        return str(error)
    except Exception:
        return f"<{type(error).__name__} without a text>"


def _trace_of(error):
    """Formatted frames without the runtime's own at the start."""
    import traceback

    frames = [(f.filename, f.lineno, f.name, f.line) for f in traceback.extract_tb(error.__traceback__)]
    first = 0
    while first < len(frames) and frames[first][0].startswith(_OWN_DIRECTORY):
        first += 1
    return traceback.format_list(frames[first:])
