"""Tells what a handler sees of its environment, and echoes what it is sent."""

import ctypes
import os
import uuid

SANDBOX = str(uuid.uuid4())
invocations = 0


def handler(event, context):
    global invocations
    invocations += 1
    return OPERATIONS[event.get("do", "echo")](event, context)


def echo(event, context):
    return event


def greet(event, context):
    print("greeting", event["name"])
    return {"greeting": f"Hello, {event['name']}!", "sandbox": SANDBOX, "invocations": invocations}


def variable(event, context):
    return os.environ.get(event["name"])


def large(event, context):
    return "x" * (event["bytes"] - 2)  # and two quotation marks


def environment(event, context):
    return {
        "functionName": context.function_name,
        "functionVersion": context.function_version,
        "arn": context.invoked_function_arn,
        "memoryLimit": context.memory_limit_in_mb,
        "requestId": context.aws_request_id,
        "logGroup": context.log_group_name,
        "remainingMillis": context.get_remaining_time_in_millis(),
        "directory": os.getcwd(),
        "variables": dict(os.environ),
    }


def isolation(event, context):
    with open("/proc/self/status") as file:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    return {
        "uid": os.getresuid(),
        "gid": os.getresgid(),
        "capabilities": {key: status[key] for key in status if key.startswith("Cap")},
        "readOnly": {path: writing(path) for path in ("/", "/var/task", "/opt", "/usr", "/etc", "/dev")},
        "interfaces": [name for name in os.listdir("/sys/class/net") if carries(name)]
        if os.path.isdir("/sys/class/net")
        else ["lo"],
        "mount": libc_error(lambda libc: libc.mount(b"none", b"/tmp", b"tmpfs", 0, None)),
        "becomeRoot": libc_error(lambda libc: libc.setuid(0)),
        "cpus": os.cpu_count(),
    }


def carries(name):
    with open(f"/sys/class/net/{name}/flags") as flags:
        return int(flags.read(), 16) & 1  # IFF_UP


def writing(directory):
    """The name of the error that writing a file ends in, or None."""
    path = os.path.join(directory, "written-by-a-test")
    try:
        with open(path, "w"):
            pass
        os.unlink(path)
        return None
    except OSError as error:
        return os.strerror(error.errno)


def libc_error(call):
    libc = ctypes.CDLL(None, use_errno=True)
    return os.strerror(ctypes.get_errno()) if call(libc) != 0 else None


def temporary(event, context):
    path = "/tmp/kept"
    before = None
    if os.path.exists(path):
        with open(path) as file:
            before = file.read()
    with open(path, "w") as file:
        file.write(event["keep"])
    size = os.statvfs("/tmp")
    return {"before": before, "mebibytes": size.f_blocks * size.f_frsize >> 20, "sandbox": SANDBOX}


OPERATIONS = {
    function.__name__: function
    for function in (echo, greet, variable, large, environment, isolation, temporary)
}
