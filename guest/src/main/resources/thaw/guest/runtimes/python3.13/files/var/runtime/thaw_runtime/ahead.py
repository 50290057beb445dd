"""A function's modules, compiled before it is known for whom: what compiling costs a cold start is in the snapshot then.

Nothing of the function is run. Which modules it will import is guessed from the names in its compiled code; one that
was not guessed is compiled when it is imported, as ever.
"""

import os
import sys
from importlib.machinery import PathFinder, SourceFileLoader

_MODULES_MAX = 256
_SOURCE_BYTES_MAX = 2 << 20

_compiled = {}  # by path
_specs = {}  # by name, of modules that lie in no package
_path = []  # of modules, where those were looked for


def load(handler, roots):
    """Compiles the handler's module and those that it seems to import, as far as they lie below the roots."""
    name = handler.rpartition(".")[0].replace("/", ".")
    _path[:] = sys.path
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    try:
        _load(name, roots)
        PathFinder.find_spec(name.partition(".")[0], roots)  # remembers the directories for the import itself
    finally:
        sys.dont_write_bytecode = before


def _load(name, roots):
    directories = _Directories(roots)
    waiting = [name]
    seen = set()
    source_bytes = 0
    while waiting and len(_compiled) < _MODULES_MAX:
        name = waiting.pop(0)
        package = name.rpartition(".")[0]
        if package:
            waiting.append(package)
        path = None if name in seen else directories.find(name)
        seen.add(name)
        if path is None:
            continue
        source_bytes += os.stat(path).st_size
        if source_bytes > _SOURCE_BYTES_MAX:
            return
        try:
            code = SourceFileLoader(name, path).get_code(name)
        except Exception:
            continue  # INIT will come to it, and tell the function
        _compiled[path] = code
        if not package:
            _find(name, path)
        waiting.extend(_mentioned(code, name if path.endswith("/__init__.py") else package, directories))


def _find(name, path):
    """Looks for a module as its import will do."""
    if name in sys.modules or name == "logging":
        return
    for finder in sys.meta_path:
        spec = finder.find_spec(name, None)
        if spec is not None:
            if spec.origin == path:
                _specs[name] = spec
                spec.cached  # which it works out when it is asked
            return


class _Directories:
    """What is in the directories of modules, each of which is read once."""

    def __init__(self, roots):
        self._roots = roots
        self._entries = {}

    def find(self, name):
        """The path of a module; None if it is not there, or no source."""
        *packages, last = name.split(".")
        for root in self._roots:
            directory = root
            for package in packages:
                if package not in self._listed(directory):
                    break
                directory = f"{directory}/{package}"
            else:
                entries = self._listed(directory)
                if last in entries and "__init__.py" in self._listed(f"{directory}/{last}"):
                    return f"{directory}/{last}/__init__.py"
                if f"{last}.py" in entries:
                    return f"{directory}/{last}.py"
        return None

    def _listed(self, directory):
        entries = self._entries.get(directory)
        if entries is None:
            try:
                entries = frozenset(os.listdir(directory))
            except OSError:
                entries = frozenset()
            self._entries[directory] = entries
        return entries


def _mentioned(code, package, directories):
    """Modules that the code may import: `import a.b`, `from a import b`, and both relative to its package."""
    members = set()
    for constant in code.co_consts:
        if isinstance(constant, tuple):
            members.update(item for item in constant if isinstance(item, str))
    bases = [package] if package else []
    for name in code.co_names:
        for module in (name, f"{package}.{name}") if package else (name,):
            if directories.find(module) is not None:
                bases.append(module)
    mentioned = set(bases)
    mentioned.update(f"{base}.{member}" for base in bases for member in members)
    for constant in code.co_consts:
        if isinstance(constant, type(code)):
            mentioned.update(_mentioned(constant, package, directories))
    return sorted(mentioned)


_compile_now = SourceFileLoader.get_code


def _get_code(self, fullname):
    code = _compiled.pop(self.path, None)
    return _compile_now(self, fullname) if code is None else code


class _Finder:
    """Finds what was found ahead, unless the function has said meanwhile to look elsewhere."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        return _specs.get(name) if sys.path == _path else None


def begin():
    """From now on imports find what was compiled."""
    SourceFileLoader.get_code = _get_code
    sys.meta_path.insert(0, _Finder)


def end():
    """INIT is over: imports are as they ever were, or as the function has made them."""
    if SourceFileLoader.__dict__.get("get_code") is _get_code:
        del SourceFileLoader.get_code
    if _Finder in sys.meta_path:
        sys.meta_path.remove(_Finder)
    _compiled.clear()
    _specs.clear()
