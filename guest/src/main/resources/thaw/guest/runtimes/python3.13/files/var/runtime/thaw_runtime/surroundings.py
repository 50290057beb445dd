"""What a function finds around it: module path, builtins, streams, and the root logger once it is asked for."""

import builtins
import os
import sys
from _sitebuiltins import Quitter

_DISTRIBUTION_PACKAGES = "/usr/lib/python3/dist-packages"


def prepare():
    _set_path(os.environ.get("LAMBDA_TASK_ROOT", "/var/task"))
    _add_exit()
    # A line goes out when it is whole: prints are not lost when the sandbox is killed, nor cut into system calls.
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")
    sys.stderr.reconfigure(line_buffering=True)
    sys.meta_path.insert(0, _LoggingFinder)


def flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass  # The function's own stream, or one that it closed: its loss.


def _set_path(task_root):
    """The function's code first, then its layers, then what python came with."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    layer_packages = f"/opt/python/lib/{version}/site-packages"
    sys.path[:0] = [task_root, layer_packages, "/opt/python"]
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
