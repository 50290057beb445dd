"""What two clones of one snapshot must not have in common, drawn once in INIT, too."""

import os
import random
import secrets
import socket
import ssl
import tempfile
import time
import uuid


def read(path):
    with open(path) as file:
        return file.read().strip()


def draw():
    return {
        "urandom": os.urandom(16).hex(),
        "kernel": read("/proc/sys/kernel/random/uuid"),
        "random": repr(random.random()),
        "randbytes": random.randbytes(16).hex(),
        "new random": repr(random.Random().random()),
        "system random": repr(random.SystemRandom().random()),
        "secrets": secrets.token_hex(16),
        "openssl": ssl.RAND_bytes(16).hex(),
        "uuid1": str(uuid.uuid1()),
        "uuid4": str(uuid.uuid4()),
        "temporary": tempfile.mktemp(),
        "hostname": socket.gethostname(),
        "machine": read("/etc/machine-id"),
        "boot": read("/proc/sys/kernel/random/boot_id"),
        "mac": read("/sys/class/net/eth0/address"),
    }


early = draw()
last = [time.monotonic(), time.clock_gettime(time.CLOCK_BOOTTIME)]


def handler(event, context):
    now = [time.monotonic(), time.clock_gettime(time.CLOCK_BOOTTIME)]
    ordered = now[0] >= last[0] and now[1] >= last[1]
    last[:] = now
    unique = draw()
    unique["stream"] = context.log_stream_name
    unique["request"] = context.aws_request_id
    if "AWS_ACCESS_KEY_ID" in os.environ:  # with SnapStart they are asked for
        unique["credentials"] = os.environ["AWS_ACCESS_KEY_ID"]
    stale = [name for name, value in early.items() if unique[name] == value]
    return {"unique": unique, "stale": stale, "ordered": ordered, "seconds": time.time()}
