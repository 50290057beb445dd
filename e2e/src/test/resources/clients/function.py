"""What every client deploys: tells which code, settings and layer it has, or fails."""

import os
import pathlib

CODE = "one"


def handler(event, context):
    if "fail" in event:
        raise ValueError(event["fail"])
    print("working on", event["n"])
    note = pathlib.Path("/opt/note")
    return {
        "n": event["n"],
        "code": CODE,
        "greeting": os.environ.get("GREETING"),
        "layer": note.read_text() if note.exists() else None,
        "version": context.function_version,
    }
