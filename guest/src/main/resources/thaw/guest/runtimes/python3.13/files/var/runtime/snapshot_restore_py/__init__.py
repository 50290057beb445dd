"""Hooks around a snapshot: the interface of AWS's snapshot-restore-py.

`register_before_snapshot` and `register_after_restore` take a function and its arguments; both also work as decorators.
Before the snapshot the hooks run in the reverse order of their registration, after each restore in its order.
"""

_before_snapshot = []
_after_restore = []


def register_before_snapshot(func, *args, **kwargs):
    _before_snapshot.append((func, args, kwargs))
    return func


def register_after_restore(func, *args, **kwargs):
    _after_restore.append((func, args, kwargs))
    return func


def get_before_snapshot():
    return list(_before_snapshot)


def get_after_restore():
    return list(_after_restore)
