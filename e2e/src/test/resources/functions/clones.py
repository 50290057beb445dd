"""What is alike in two clones of one snapshot, and what is not."""

import os
import random
import secrets
import socket
import ssl
import time
import uuid

from snapshot_restore_py import register_after_restore, register_before_snapshot

order = []
inits = uuid.uuid4().hex
with open("/tmp/init", "a") as file:
    file.write("INIT\n")


def _mark(name):
    order.append(name)


register_before_snapshot(_mark, "before 1")
register_before_snapshot(_mark, "before 2")
register_after_restore(_mark, "after 1")
register_after_restore(_mark, "after 2")
if os.environ.get("AFTER_RESTORE") == "fail":

    def _fail():
        raise RuntimeError("this hook fails")

    register_after_restore(_fail)
if os.environ.get("AFTER_RESTORE") == "hang":
    register_after_restore(time.sleep, 900)
if os.environ.get("INIT") == "fail":
    raise ValueError("INIT fails")


def read(path):
    with open(path) as file:
        return file.read().strip()


def handler(event, context):
    return {
        "init": inits,
        "order": order,
        "tmp": read("/tmp/init"),
        "type": os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"],
        "stream": [context.log_stream_name, os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]],
        "clock": time.time(),
        "unique": {
            "random": random.random(),
            "urandom": os.urandom(16).hex(),
            "secrets": secrets.token_hex(16),
            "openssl": ssl.RAND_bytes(16).hex(),
            "uuid1": str(uuid.uuid1()),
            "uuid4": str(uuid.uuid4()),
            "hostname": socket.gethostname(),
            "machine": read("/etc/machine-id"),
            "boot": read("/proc/sys/kernel/random/boot_id"),
            "mac": read("/sys/class/net/eth0/address"),
        },
    }
