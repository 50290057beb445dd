"""The root logger as AWS sets it up: text or JSON lines on stdout, with the request's id.

Imported when the function first imports `logging`, which is too dear to import for those that do not.
"""

import logging
import os
import sys
import time

from . import context, json_format, surroundings
from .clock import timestamp

_OF_EVERY_RECORD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "aws_request_id", "tenant_id"}


class LambdaLoggerHandler(logging.Handler):
    def emit(self, record):
        try:
            # One write of a whole message, and stdout flushes at its last line break: messages of threads do not mix.
            text = self.format(record)
            sys.stdout.write(text if text.endswith("\n") else text + "\n")
        except Exception:
            self.handleError(record)


class LambdaLoggerFilter(logging.Filter):
    def filter(self, record):
        record.aws_request_id = context.request_id
        record.tenant_id = None
        return True


class JsonFormatter(logging.Formatter):
    def format(self, record):
        entry = {
            "timestamp": timestamp(record.created),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            "requestId": record.aws_request_id,
            **self._exception(record),
        }
        for name, value in vars(record).items():
            if name not in _OF_EVERY_RECORD and name not in entry and value is not None:
                entry[name] = value
        return json_format.encode_any_text(_plain(entry)).decode()

    @staticmethod
    def _exception(record):
        if not record.exc_info or record.exc_info[0] is None:
            return {}
        import traceback

        kind, error, trace = record.exc_info
        return {
            "stackTrace": traceback.format_tb(trace),
            "errorType": kind.__name__,
            "errorMessage": str(error),
            "location": f"{record.pathname}:{record.funcName}:{record.lineno}",
        }


def _plain(entry):
    """The entry with everything that JSON lacks turned into its text: a log line is never lost to its arguments."""
    try:
        json_format.encode_any_text(entry)
        return entry
    except Exception:
        return {name: value if isinstance(value, list) else str(value) for name, value in entry.items()}


def set_up():
    logging.Formatter.converter = time.gmtime
    handler = LambdaLoggerHandler()
    if surroundings.logs_as_json():
        handler.setFormatter(JsonFormatter())
    else:
        layout = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s"
        handler.setFormatter(logging.Formatter(layout, "%Y-%m-%dT%H:%M:%S"))
    handler.addFilter(LambdaLoggerFilter())
    root = logging.getLogger()
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper()
    level = {"TRACE": "DEBUG"}.get(level, level)
    if isinstance(logging.getLevelName(level), int):
        root.setLevel(level)
    root.addHandler(handler)
