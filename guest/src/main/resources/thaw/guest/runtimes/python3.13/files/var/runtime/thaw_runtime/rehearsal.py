"""A start of a function of Thaw's own, in a process that waits to be told its function.

A virtual machine runs faster what it has run before, above all one that is emulated: so one that is resumed before
anybody asks for it does once what its function's start will do. Nothing of it stays, but for the standard library's
modules that it imported, which most functions import as well.
"""

import importlib
import os
import sys

from . import snapshot, surroundings
from .native import replace_variables

_TASK_ROOT = __file__.rpartition("/thaw_runtime/")[0] + "/rehearsal"
_MODULE = "thaw_rehearsal"


def run():
    directory, variables, prepared_for = os.getcwd(), dict(os.environ), surroundings.prepared_for
    path, finders, importers = sys.path[:], sys.meta_path[:], dict(sys.path_importer_cache)
    writes_bytecode, sys.dont_write_bytecode = not sys.dont_write_bytecode, True
    try:
        snapshot.become({"environment": {**variables, "LAMBDA_TASK_ROOT": _TASK_ROOT}})
        surroundings.prepare(surroundings.task_root())
        importlib.import_module(_MODULE).handler({}, None)
    finally:
        sys.modules.pop(_MODULE, None)
        sys.dont_write_bytecode = not writes_bytecode
        sys.path[:], sys.meta_path[:] = path, finders
        sys.path_importer_cache.clear()
        sys.path_importer_cache.update(importers)
        surroundings.prepared_for = prepared_for
        replace_variables(variables)
        os.chdir(directory)
