"""A function as many are: imports, constants, a class, functions with conditions, loops, and exceptions.

It imports what `logging` imports, and nothing that draws randomness.
"""

import json
import os
import re
import string
import threading
import time
import traceback
import warnings
import weakref
from collections import OrderedDict as Ordered

LIMIT = int(os.environ.get("LIMIT", "10"))
NAMES = {"a": 1, "b": [1, 2.5, None, True], **{"c": (1, -2)}}
_started = time.time()


class Counter:
    """Counts."""

    step: int = 1

    def __init__(self, first=0, *more, **named):
        self.value, self.more, self.named = first, more, named

    @property
    def doubled(self):
        return self.value * 2 if self.value > 0 else -self.value

    def add(self, number: float) -> "Counter":
        self.value += number
        return self


def squares(count):
    for number in range(count):
        if number % 2 == 0 and number != 4 or not number:
            continue
        yield number**2


def handler(event, context):
    counter = Counter(1, 2, name="x")
    try:
        total = sum(value for value in squares(LIMIT) if value > 3)
        counter.add(total)
        with open(os.devnull) as file:
            text = file.read()
        while counter.value > 50:
            counter.value //= 2
            if counter.value < 2:
                break
        if event.get("fail"):
            raise ValueError(f"bad {event!r}: {total:>5}")
    except (ValueError, KeyError) as error:
        print("failed", error)
        raise
    finally:
        text = text or "none"
    names = sorted([name for name, value in NAMES.items()], key=lambda name: name.upper(), reverse=True)
    assert names[0:2] is not None
    message = json.dumps({"message": f"Hello {event.get('name', 'world')}", "names": names})
    return {"statusCode": 200, "body": message, "counts": Ordered(total=counter.doubled)}
