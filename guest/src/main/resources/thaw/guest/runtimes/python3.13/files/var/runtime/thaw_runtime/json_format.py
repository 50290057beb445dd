"""Events in, answers out: JSON as AWS's runtime reads and writes it.

The C scanner and encoder behind `json` are used directly, by `native` where all is well: the module `json` itself imports
`re` and `enum`, which takes longer than the rest of this runtime's start.
"""

import os
import sys
from _json import encode_basestring, make_encoder, make_scanner

from . import native

_WHITESPACE = " \t\n\r"


class _ScanOptions:
    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int

    @staticmethod
    def parse_constant(name):
        raise ValueError(f"{name} is not JSON")


_scan = make_scanner(_ScanOptions)


def decode(data):
    """The value of an event's bytes; ValueError, in the words of `json`, if they are not JSON."""
    return native.read_json(data, _scan, _decode_all)


def _decode_all(data):
    text = str(data, "utf-8")
    start = 0
    while start < len(text) and text[start] in _WHITESPACE:
        start += 1
    try:
        value, end = _scan(text, start)
    except Exception:
        # The scanner names its errors through `json.decoder`, which is not imported before there is one.
        return _complain(text)
    if end < len(text) and text[end:].strip(_WHITESPACE):
        return _complain(text)
    return value


def _complain(text):
    import json

    return json.loads(text, parse_constant=_ScanOptions.parse_constant)


def _encoder(containers, default):
    return make_encoder(containers, default, encode_basestring, None, ": ", ", ", False, False, False)


def _unknown(value):
    raise TypeError


_encode_plain = _encoder(None, _unknown)


def encode(value):
    """UTF-8 JSON of an answer. Decimals are written digit by digit, as AWS does; NaN and infinities are refused.

    Bytes are returned as they are.
    """
    return native.write_json(value, _encode_plain, _encode_all)


def encode_any_text(value):
    """As `encode`, with question marks for what UTF-8 lacks."""
    return native.write_json(value, _encode_plain, lambda value: _text(value).encode("utf-8", "replace"))


def _encode_all(value):
    return _text(value).encode()


def _text(value):
    try:
        return "".join(_encode_plain(value, 0))
    except Exception:
        return _encode_carefully(value)


def _encode_carefully(value):
    """As `_encode_plain`, but with decimals, and errors in the words of `json`, also of what holds itself."""
    decimals = []
    mark = None

    def default(unknown):
        nonlocal mark
        decimal = sys.modules.get("decimal")
        if decimal is None or not isinstance(unknown, decimal.Decimal):
            raise TypeError(f"Object of type {type(unknown).__name__} is not JSON serializable")
        if not unknown.is_finite():
            raise ValueError("Out of range decimal values are not JSON compliant")
        # The C encoder cannot emit raw text: a mark that nobody can guess holds the number's place.
        mark = mark or os.urandom(16).hex()
        decimals.append(str(unknown))
        return mark

    text = "".join(_encoder({}, default)(value, 0))
    if decimals:
        places = text.split(f'"{mark}"')
        text = "".join([part for pair in zip(places, decimals) for part in pair] + places[-1:])
    return text
