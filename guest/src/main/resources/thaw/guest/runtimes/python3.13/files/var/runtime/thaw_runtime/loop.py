"""INIT, then one invocation after the other."""

import os
import sys

from . import context, errors, json_format, snapshot, surroundings
from .api import Api
from .errors import Fault
from .handler import load

_RESPONSE_TOO_LARGE = 413


def run():
    """Serves until the sandbox ends. An error of INIT is reported and ends the process with code 1."""
    api = Api(os.environ["AWS_LAMBDA_RUNTIME_API"])
    if snapshot.is_template():
        _serve(api, snapshot.exercise, False, snapshot.exercise_count())
        snapshot.make_room()
        document = api.restore_next()
        if snapshot.load_ahead(document):
            document = api.restore_next()
        snapshot.become(document)
    surroundings.prepare(os.environ.get("LAMBDA_TASK_ROOT", "/var/task"))
    log_as_json = os.environ.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON"
    try:
        handler = load(os.environ.get("_HANDLER", ""))
        if snapshot.waits_for_restore():
            if snapshot.warmup_count() > 0:
                _serve(api, handler, log_as_json, snapshot.warmup_count())
            snapshot.run_before_snapshot()
    except Exception as error:
        _give_up(error, log_as_json, api.init_error)
    if snapshot.waits_for_restore():
        surroundings.flush()
        snapshot.make_room()
        document = api.restore_next()
        try:
            snapshot.run_after_restore(document)
        except Exception as error:
            _give_up(error, log_as_json, api.restore_error)
    _serve(api, handler, log_as_json)


def _give_up(error, log_as_json, report):
    document = errors.document(error)
    errors.log(document, log_as_json)
    surroundings.flush()
    report(document["errorType"], errors.encode(document))
    sys.exit(1)


def _serve(api, handler, log_as_json, count=None):
    """Serves invocations: for ever, or `count` of them."""
    invocation = api.next()
    while True:
        _begin(invocation)
        last = count is not None and (count := count - 1) <= 0
        request_id = invocation.request_id
        try:
            answer, content_type = _call(handler, invocation)
        except Exception as error:
            document = errors.document(error, request_id)
            # The traceback holds the handler's frames, and so its memory: let go of it before the next invocation.
            error.__traceback__ = None
            errors.log(document, log_as_json)
            surroundings.flush()
            if last:
                api.fail(request_id, document["errorType"], errors.encode(document))
                return
            status, invocation = api.fail_and_next(request_id, document["errorType"], errors.encode(document))
        else:
            surroundings.flush()
            if last:
                api.respond(request_id, answer, content_type)
                return
            status, invocation = api.respond_and_next(request_id, answer, content_type)
        _check(status, request_id)


def _begin(invocation):
    context.request_id = invocation.request_id
    trace_id = invocation.trace_id
    if trace_id != context.trace_id:
        context.trace_id = trace_id
        surroundings.set_variable("_X_AMZN_TRACE_ID", trace_id)


def _call(handler, invocation):
    lambda_context = context.LambdaContext(invocation)
    try:
        event = json_format.decode(invocation.event)
    except Exception as error:
        raise Fault("UnmarshalError", f"Unable to unmarshal input: {error}") from None
    answer = handler(event, lambda_context)
    if isinstance(answer, bytes):
        return answer, "application/octet-stream"
    try:
        return json_format.encode(answer), "application/json"
    except Exception as error:
        raise Fault("MarshalError", f"Unable to marshal response: {error}") from None


def _check(status, request_id):
    if status == 202:
        return
    sys.stdout.write(f"LAMBDA_RUNTIME Failed to post the answer of {request_id}. Http response code: {status}.\n")
    if status != _RESPONSE_TOO_LARGE:
        sys.exit(1)
