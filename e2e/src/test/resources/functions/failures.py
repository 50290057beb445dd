"""Fails in the way the event asks for."""

import os
import sys
import time


class Refused(Exception):
    pass


def handler(event, context):
    how = event["how"]
    if how == "raise":
        raise Refused("no " + event["what"])
    if how == "exit":
        sys.exit(event["code"])
    if how == "kill":
        os.kill(os.getpid(), 9)
    if how == "sleep":
        time.sleep(event["seconds"])
    if how == "unserializable":
        return object()
    return "fine"
