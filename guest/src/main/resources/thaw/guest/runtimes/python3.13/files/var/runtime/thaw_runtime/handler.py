"""Finds the function's handler, `module.function`, where the module may lie in directories: `a/b.function`."""

import importlib
import sys

from .errors import Fault


def load(name):
    try:
        module_name, function_name = name.rsplit(".", 1)
    except ValueError as error:
        raise Fault("MalformedHandlerName", f"Bad handler '{name}': {error}") from None
    module = _import(module_name)
    try:
        return getattr(module, function_name)
    except AttributeError:
        raise Fault("HandlerNotFound", f"Handler '{function_name}' missing on module '{module_name}'") from None


def _import(name):
    if name.split(".")[0] in sys.builtin_module_names:
        raise Fault("BuiltInModuleConflict", f"Cannot use built-in module {name} as a handler module")
    # The function's directory is read-only: python need not find that out for each of its modules.
    ahead = sys.modules.get("thaw_runtime.ahead")
    if ahead is not None:
        ahead.begin()
    writes_bytecode, sys.dont_write_bytecode = not sys.dont_write_bytecode, True
    try:
        return importlib.import_module(name.replace("/", "."))
    except ImportError as error:
        raise Fault("ImportModuleError", f"Unable to import module '{name}': {error}") from None
    except SyntaxError as error:
        trace = f'  File "{error.filename}" Line {error.lineno}\n    {error.text}'
        raise Fault("UserCodeSyntaxError", f"Syntax error in module '{name}': {error}", [trace]) from None
    finally:
        if ahead is not None:
            ahead.end()
        sys.dont_write_bytecode = not writes_bytecode
