"""What a function finds around it: module path, builtins, streams, and the root logger once it is asked for."""

import builtins
import os
import sys
from _sitebuiltins import Quitter

from . import native
from .native import variable

_DISTRIBUTION_PACKAGES = "/usr/lib/python3/dist-packages"

# The directory of the function's code, once all of this is as it should be.
prepared_for = None


def task_root():
    """The directory of the function's code, as the environment has it."""
    return variable("LAMBDA_TASK_ROOT") or "/var/task"


def logs_as_json():
    return (variable("AWS_LAMBDA_LOG_FORMAT") or "").upper() == "JSON"


def prepare(task_root):
    global prepared_for
    if prepared_for == task_root:
        return
    prepared_for = task_root
    _set_path(task_root)
    _add_exit()
    # A line goes out when it is whole: prints are not lost when the sandbox is killed, nor cut into system calls.
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")
    sys.stderr.reconfigure(line_buffering=True)
    sys.meta_path.insert(0, _LoggingFinder)


def flush():
    """What the function wrote goes out; a stream of its own, or one that it closed, is its loss if that fails."""
    native.flush(sys.stdout, sys.stderr)


def module_roots(task_root):
    """Where the function's modules are: its code first, then its layers."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return [task_root, f"/opt/python/lib/{version}/site-packages", "/opt/python"]


def _set_path(task_root):
    """The function's modules first, then what python came with."""
    roots = module_roots(task_root)
    layer_packages = roots[1]
    sys.path[:0] = roots
    sys.path.append(_DISTRIBUTION_PACKAGES)
    if os.path.isdir(layer_packages):
        import site

        site.addsitedir(layer_packages)


def _add_exit():
    """`exit` and `quit`, which the module `site` would add; it takes as long as the interpreter to start."""
    builtins.exit = Quitter("exit", "Ctrl-D (i.e. EOF)")
    builtins.quit = Quitter("quit", "Ctrl-D (i.e. EOF)")


class _LoggingFinder:
    """Sets the root logger up right after `logging` was imported, whenever and by whomever."""

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name != "logging":
            return None
        sys.meta_path.remove(cls)
        for finder in sys.meta_path:
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                spec.loader = _LoggingLoader(spec.loader)
                return spec
        return None


class _LoggingLoader:
    def __init__(self, loader):
        self._loader = loader

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        module.__spec__.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        from . import logs

        logs.set_up()
