"""Time stamps of the log."""

import time


def timestamp(seconds=None):
    """RFC 3339 in UTC with milliseconds; of now if no time is given."""
    seconds = time.time() if seconds is None else seconds
    millis = int(seconds * 1000) % 1000
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{millis:03d}Z"
