"""The context object that a handler gets, with AWS's attributes."""

import sys
import time

from . import json_format, surroundings
from .errors import Fault

# Of the invocation being handled; what the log shows beside a message.
request_id = ""
# Of the same invocation, as the environment has it; None if there is none.
trace_id = None


class _Record:
    """Attributes by a fixed list of names, from a dict; what is missing is None."""

    __slots__ = ()

    def __init__(self, values):
        for name in self.__slots__:
            setattr(self, name, values.get(name))

    def __repr__(self):
        fields = ",".join(f"{name}={getattr(self, name)}" for name in self.__slots__)
        return f"{type(self).__name__}([{fields}])"


class CognitoIdentity(_Record):
    __slots__ = ("cognito_identity_id", "cognito_identity_pool_id")

    def __init__(self, identity=None, pool=None):
        self.cognito_identity_id = identity
        self.cognito_identity_pool_id = pool


class Client(_Record):
    __slots__ = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")


class ClientContext(_Record):
    __slots__ = ("custom", "env", "client")

    def __init__(self, values):
        super().__init__(values)
        if self.client is not None:
            self.client = Client(self.client)


_of_the_function = None


def forget_function():
    """The environment has changed: what contexts take from it is read anew."""
    global _of_the_function
    _of_the_function = None


def _function():
    """Log group, log stream, name, memory size and version, from the environment."""
    global _of_the_function
    if _of_the_function is None:
        names = ("LOG_GROUP_NAME", "LOG_STREAM_NAME", "FUNCTION_NAME", "FUNCTION_MEMORY_SIZE", "FUNCTION_VERSION")
        _of_the_function = [surroundings.variable("AWS_LAMBDA_" + name) for name in names]
    return _of_the_function


class LambdaContext:
    def __init__(self, invocation):
        self.aws_request_id = invocation.request_id
        (
            self.log_group_name,
            self.log_stream_name,
            self.function_name,
            self.memory_limit_in_mb,
            self.function_version,
        ) = _function()
        self.invoked_function_arn = invocation.arn
        self.tenant_id = invocation.tenant_id
        self.client_context = _client_context(invocation.client_context)
        self.identity = _identity(invocation.identity)
        self._deadline_millis = invocation.deadline or "0"

    def get_remaining_time_in_millis(self):
        return max(0, int(self._deadline_millis) - int(time.time() * 1000))

    def log(self, message):
        sys.stdout.write(str(message))

    def __repr__(self):
        fields = ",".join(f"{name}={value}" for name, value in vars(self).items() if not name.startswith("_"))
        return f"LambdaContext([{fields}])"


def _client_context(text):
    if not text:
        return None
    values = _object(text, "Client Context")
    if not isinstance(values.get("client"), (dict, type(None))):
        raise _fault("Client Context", '"client" is not an object')
    return ClientContext(values)


def _identity(text):
    if not text:
        return CognitoIdentity()
    values = _object(text, "Cognito Identity")
    return CognitoIdentity(values.get("cognitoIdentityId"), values.get("cognitoIdentityPoolId"))


def _object(text, name):
    try:
        values = json_format.decode(text.encode())
    except Exception as error:
        raise _fault(name, error) from None
    if not isinstance(values, dict):
        raise _fault(name, "not an object")
    return values


def _fault(name, why):
    return Fault("LambdaContextUnmarshalError", f"Unable to parse {name} JSON: {why}")
