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
        "getrandom": os.getrandom(16).hex(),
        "kernel": read("/proc/sys/kernel/random/uuid"),
        "random": repr(random.random()),
        "randbytes": random.randbytes(16).hex(),
        "shuffle": repr(random.sample(range(30), 30)),
        "new random": repr(random.Random().random()),
        "system random": repr(random.SystemRandom().random()),
        "secrets": secrets.token_hex(16),
        "openssl": ssl.RAND_bytes(16).hex(),
        "uuid1": str(uuid.uuid1()),
        "uuid4": str(uuid.uuid4()),
        "temporary": tempfile.mktemp(),
    }


def names():
    return {
        "hostname": socket.gethostname(),
        "machine": read("/etc/machine-id"),
        "boot": read("/proc/sys/kernel/random/boot_id"),
        "mac": read("/sys/class/net/eth0/address"),
        "stream": os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME", "none"),
    }


early = draw() | names()
last = [time.monotonic(), time.clock_gettime(time.CLOCK_BOOTTIME)]


def handler(event, context):
    now = [time.monotonic(), time.clock_gettime(time.CLOCK_BOOTTIME)]
    ordered = now[0] >= last[0] and now[1] >= last[1]
    last[:] = now
    drawn = draw()
    own = names()
    drawn["request"] = context.aws_request_id
    stale = [name for name, value in early.items() if (drawn | own)[name] == value]
    if uuid.getnode() != int(own["mac"].replace(":", ""), 16):
        stale.append("node of uuid1")
    if context.log_stream_name != own["stream"]:
        stale.append("stream of the context")
    return {
        "drawn": drawn,
        "names": own,
        "stale": stale,
        "ordered": ordered,
        "seconds": time.time(),
    }
