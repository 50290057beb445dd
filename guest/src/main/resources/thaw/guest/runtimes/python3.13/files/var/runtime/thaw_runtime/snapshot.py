"""What a snapshot asks of the runtime: a template that becomes any function, hooks around a function's own, fresh randomness."""

import os
import sys
import time

from . import surroundings
from .json_format import decode
from .native import has_any, replace_variables, set_variables, variable

_EXERCISE_ENVIRONMENT = "THAW_TEMPLATE_INVOKES"
_EXERCISE_VARIABLE = "THAW_EXERCISE"


def is_template():
    """Whether this process is to be frozen before it knows its function."""
    return _EXERCISE_ENVIRONMENT in os.environ


def exercise_count():
    return int(os.environ[_EXERCISE_ENVIRONMENT])


def exercise(event, lambda_context):
    """Thaw's own handler: touches what every function's code touches, so that it is warm in the snapshot."""
    lambda_context.get_remaining_time_in_millis()
    run_after_restore(b'{"environment": {}}')
    set_variables({_EXERCISE_VARIABLE: "1"})
    set_variables({_EXERCISE_VARIABLE: None})
    os.environ[_EXERCISE_VARIABLE] = os.environ.get(_EXERCISE_VARIABLE, "2")
    del os.environ[_EXERCISE_VARIABLE]
    words = _words(f" {lambda_context.function_name}, {event!r}: {len(sys.path):03d}|{time.time():.3f} ")
    return {"event": event, "text": f"{lambda_context.function_name} \u2744", "numbers": [1, 2.5, None, True], **words}


def _words(text):
    """What most code does: texts that are cut and joined, lists, sets and dicts, functions, classes, and exceptions."""

    class Word:
        def __init__(self, text, *more, **named):
            self.text, self.more = text, (more, named)

        @property
        def key(self):
            return self.text.strip(" :").lower().replace("_", "-")

    words = [Word(part, number, name=part) for number, part in enumerate(text.split(" ")) if part]
    by_key = {word.key: str(word.text) for word in sorted(words, key=lambda word: word.key)}
    for word in words:
        try:
            by_key[word.key.partition("-")[0]] += word.text.rpartition(",")[2]
        except (KeyError, TypeError) as error:
            by_key.setdefault(repr(error), ", ".join(map(str, reversed(error.args))))
    known = {key.encode("utf-8").decode() for key in by_key if key.startswith(("a", "b")) or key not in "ab"}
    return {key: value[:8] for key, value in by_key.items() if key in known}


def load_ahead(asked):
    """Compiles the code of the function that this process is to become, if that is what is asked for; runs none of it."""
    wanted = asked.get("load")
    if wanted is None:
        return False
    task_root = wanted["taskRoot"]
    _enter(task_root)
    surroundings.prepare(task_root)
    from . import ahead

    ahead.load(wanted["handler"], surroundings.module_roots(task_root))
    return True


def rehearse(asked):
    """Starts a function of Thaw's own, if that is what is asked for: its own start is then not the VM's first."""
    if "rehearse" not in asked:
        return False
    from . import rehearsal

    rehearsal.run()
    return True


def _enter(task_root):
    os.chdir(task_root)
    sys.path_importer_cache.clear()  # of before the function's code was mounted


def become(asked):
    """Takes over the environment of the function that this process is from now on."""
    if has_any(sys.modules, _CONCERNED):
        renew_randomness()
    zone = variable("TZ")
    replace_variables(asked["environment"])
    if variable("TZ") != zone:
        time.tzset()
    task_root = surroundings.task_root()
    if surroundings.prepared_for != task_root:
        _enter(task_root)


def waits_for_restore():
    return variable("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start"


def warmup_count():
    """How many invocations the function wants to serve before its snapshot is taken."""
    count = variable("THAW_WARMUP_INVOKES") or ""
    return min(int(count), 10_000) if count.isdecimal() and count.isascii() and len(count) <= 5 else 0


def run_before_snapshot():
    """The function's hooks, last registered first, as AWS runs them."""
    hooks = _hooks()
    if hooks is not None:
        for function, arguments, keywords in reversed(hooks.get_before_snapshot()):
            function(*arguments, **keywords)


def make_room():
    """Takes memory and gives it back: what a clone asks for first is there, and costs it no page fault each."""
    [bytes(480) for _ in range(256)]  # the interpreter's own pools
    b"." * (1 << 16)  # beyond them


# Modules that a restore concerns: most functions have none of them.
_CONCERNED = ("random", "tempfile", "uuid", "_hashlib", "_ssl", "snapshot_restore_py")


def run_after_restore(document):
    """What this clone alone has: randomness, the variables in the answer to restore/next, what the hooks renew."""
    concerned = has_any(sys.modules, _CONCERNED)
    if concerned:
        renew_randomness()
    if len(document) > 0:
        set_variables(decode(document)["environment"])
    if concerned:
        hooks = _hooks()
        if hooks is not None:
            for function, arguments, keywords in hooks.get_after_restore():
                function(*arguments, **keywords)


def renew_randomness():
    """Generators in this process that would otherwise go on alike in all clones; the kernel's is renewed already."""
    random = sys.modules.get("random")
    if random is not None:
        random.seed()
    tempfile = sys.modules.get("tempfile")
    if tempfile is not None:
        tempfile._name_sequence = None  # it has a generator of its own
    uuid = sys.modules.get("uuid")
    if uuid is not None:
        uuid._node = _node()
        uuid._generate_time_safe = None  # libuuid keeps node and clock sequence; Python draws the latter each time
    if "_hashlib" in sys.modules or "_ssl" in sys.modules:
        import ssl

        ssl.RAND_add(os.urandom(64), 64.0)  # OpenSSL's generators all draw from the one that this reseeds


def _node():
    """The MAC, which is this clone's own, as a number: what uuid1 tells its clones from others by."""
    try:
        with open("/sys/class/net/eth0/address", encoding="ascii") as file:
            return int(file.read().strip().replace(":", ""), 16)
    except OSError:
        return int.from_bytes(os.urandom(6)) | 1 << 40  # as RFC 9562 marks one that is no MAC


def _hooks():
    return sys.modules.get("snapshot_restore_py")
