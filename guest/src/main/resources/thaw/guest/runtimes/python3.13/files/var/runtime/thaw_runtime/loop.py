"""INIT, then one invocation after the other."""

import os
import sys

from . import api, errors, json_format, snapshot, surroundings
from .api import ASKED, NEXT, RESTORE_NEXT, ask
from .context import begin
from .errors import Fault
from .handler import load
from .native import receive, respond, variable
from .snapshot import run_after_restore
from .surroundings import flush

_JSON = "application/json"
_BYTES = "application/octet-stream"
_RESPONSE_TOO_LARGE = 413
_FOR_EVER = -1


def run():
    """Serves until the sandbox ends. An error of INIT is reported and ends the process with code 1."""
    api.connect(os.environ["AWS_LAMBDA_RUNTIME_API"])
    if snapshot.is_template():
        _serve(snapshot.exercise, False, snapshot.exercise_count())
        snapshot.become(_wait_for_function())
    surroundings.prepare(surroundings.task_root())
    log_as_json = surroundings.logs_as_json()
    try:
        handler = load(variable("_HANDLER") or "")
        if snapshot.waits_for_restore():
            if snapshot.warmup_count() > 0:
                _serve(handler, log_as_json, snapshot.warmup_count())
            snapshot.run_before_snapshot()
    except Exception as error:
        _give_up(error, log_as_json, api.init_error)
    if snapshot.waits_for_restore():
        document = _wait_for_restore()
        try:
            run_after_restore(document)
        except Exception as error:
            _give_up(error, log_as_json, api.restore_error)
    _serve(handler, log_as_json, _FOR_EVER)


def _wait_for_function():
    """Does what is asked of a process without a function until it is told its own, and returns what it is told."""
    while True:
        asked = json_format.decode(_wait_for_restore())
        if snapshot.rehearse(asked):
            _serve(snapshot.exercise, False, 1)
        elif not snapshot.load_ahead(asked):
            return asked


def _wait_for_restore():
    """Returns the document that the process is told when it was restored."""
    flush()
    snapshot.make_room()
    return ask(RESTORE_NEXT)[1]


def _give_up(error, log_as_json, report):
    document = errors.document(error)
    errors.log(document, log_as_json)
    surroundings.flush()
    report(document["errorType"], errors.encode(document))
    sys.exit(1)


def _serve(handler, log_as_json, count):
    """Serves invocations: `count` of them, or for ever."""
    request = NEXT
    while True:
        invocation = ask(request)
        count -= 1
        request = b"" if count == 0 else NEXT
        request_id = invocation[2]
        try:
            lambda_context = begin(invocation)
            answer = handler(_decode(invocation[1]), lambda_context)
            body = _encode(answer)
        except Exception as error:
            document = errors.document(error, request_id)
            # The traceback holds the handler's frames, and so its memory: let go of it before the next invocation.
            error.__traceback__ = None
            errors.log(document, log_as_json)
            flush()
            api.fail(request_id, document["errorType"], errors.encode(document), request)
        else:
            flush()
            respond(request_id, body, _BYTES if body is answer else _JSON, request)
        # What this invocation held goes when its answer is on the way, and before the wait for the next.
        invocation = lambda_context = answer = body = None
        status = receive()[0]
        if count == 0:
            return
        _check(status, request_id)
        request = ASKED


def _decode(event):
    try:
        return json_format.decode(event)
    except Exception as error:
        raise Fault("UnmarshalError", f"Unable to unmarshal input: {error}") from None


def _encode(answer):
    try:
        return json_format.encode(answer)
    except Exception as error:
        raise Fault("MarshalError", f"Unable to marshal response: {error}") from None


def _check(status, request_id):
    if status == 202:
        return
    sys.stdout.write(f"LAMBDA_RUNTIME Failed to post the answer of {request_id}. Http response code: {status}.\n")
    if status != _RESPONSE_TOO_LARGE:
        sys.exit(1)
