"""The context object that a handler gets, with AWS's attributes."""

import sys
import time

from . import json_format, native
from .errors import Fault

# Of the invocation being handled; what the log shows beside a message.
request_id = ""


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

    def __init__(self, identity, pool):
        self.cognito_identity_id = identity
        self.cognito_identity_pool_id = pool

    def __getattr__(self, name):
        """Of an object that was not initialized: there is no identity."""
        if name in self.__slots__:
            return None
        raise AttributeError(f"'CognitoIdentity' object has no attribute '{name}'", name=name, obj=self)


class Client(_Record):
    __slots__ = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")


class ClientContext(_Record):
    __slots__ = ("custom", "env", "client")

    def __init__(self, values):
        super().__init__(values)
        if self.client is not None:
            self.client = Client(self.client)


class LambdaContext:
    """Its attributes are set by `begin`."""

    def get_remaining_time_in_millis(self):
        return max(0, int(self._deadline_millis or 0) - int(time.time() * 1000))

    def log(self, message):
        sys.stdout.write(str(message))

    def __repr__(self):
        fields = ",".join(f"{name}={value}" for name, value in vars(self).items() if not name.startswith("_"))
        return f"LambdaContext([{fields}])"


def begin(invocation):
    """The context of an invocation. The log and the environment tell of that one from now on."""
    global request_id
    _, _, request_id, _, _, _, _, client_context, identity = invocation
    context = native.begin(LambdaContext, CognitoIdentity, invocation)
    if client_context is not None:
        context.client_context = _client_context(client_context)
    if identity is not None:
        context.identity = _identity(identity)
    return context


def _client_context(text):
    if not text:
        return None
    values = _object(text, "Client Context")
    if not isinstance(values.get("client"), (dict, type(None))):
        raise _fault("Client Context", '"client" is not an object')
    return ClientContext(values)


def _identity(text):
    if not text:
        return CognitoIdentity(None, None)
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
