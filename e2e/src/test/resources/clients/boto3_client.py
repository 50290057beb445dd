"""A function's life with boto3. Arguments: the endpoint, and a directory with one.zip, two.zip and layer.zip."""

import base64
import contextlib
import json
import pathlib
import sys

import boto3
from botocore.config import Config

ROLE = "arn:aws:iam::000000000000:role/any"
NAME = "boto3"
PATIENCE = {"Delay": 1, "MaxAttempts": 300}

endpoint, directory = sys.argv[1], pathlib.Path(sys.argv[2])
client = boto3.client(
    "lambda",
    endpoint_url=endpoint,
    region_name="us-east-1",
    aws_access_key_id="any",
    aws_secret_access_key="any",
    config=Config(retries={"total_max_attempts": 1}, read_timeout=900),
)


def package(name):
    return (directory / (name + ".zip")).read_bytes()


def equal(actual, expected):
    if actual != expected:
        raise AssertionError(f"{actual!r} is not {expected!r}")


@contextlib.contextmanager
def raises(error, message=""):
    try:
        yield
    except error as raised:
        if message not in str(raised):
            raise AssertionError(f"{raised} does not tell {message!r}") from raised
    else:
        raise AssertionError(f"no {error.__name__}")


def create(name, **more):
    return client.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="function.handler",
        Role=ROLE,
        Timeout=300,
        Code={"ZipFile": package("one")},
        **more,
    )


def invoke(event, **more):
    answer = client.invoke(FunctionName=NAME, Payload=json.dumps(event), LogType="Tail", **more)
    equal(answer["StatusCode"], 200)
    return answer, json.load(answer["Payload"])


def updated():
    client.get_waiter("function_updated_v2").wait(FunctionName=NAME, WaiterConfig=PATIENCE)


created = create(NAME, Tags={"team": "snow"})
equal(created["State"], "Pending")
create(NAME + "-other")
client.get_waiter("function_active_v2").wait(FunctionName=NAME, WaiterConfig=PATIENCE)

answer, result = invoke({"n": 1})
equal(result, {"n": 1, "code": "one", "greeting": None, "layer": None, "version": "$LATEST"})
log = base64.b64decode(answer["LogResult"]).decode()
assert "working on 1" in log and "REPORT RequestId: " in log, log
answer, result = invoke({"fail": "on purpose"})
equal(answer["FunctionError"], "Unhandled")
equal((result["errorType"], result["errorMessage"]), ("ValueError", "on purpose"))
equal(client.invoke(FunctionName=NAME, InvocationType="DryRun")["StatusCode"], 204)

client.update_function_code(FunctionName=NAME, ZipFile=package("two"))
updated()
layer = client.publish_layer_version(LayerName=NAME, Content={"ZipFile": package("layer")})
client.publish_layer_version(LayerName=NAME, Content={"ZipFile": package("layer")})
client.update_function_configuration(
    FunctionName=NAME,
    Environment={"Variables": {"GREETING": "Grüß Gott"}},
    Layers=[layer["LayerVersionArn"]],
)
updated()
_, result = invoke({"n": 2})
equal(
    result,
    {"n": 2, "code": "two", "greeting": "Grüß Gott", "layer": "from a layer", "version": "$LATEST"},
)
equal(client.publish_version(FunctionName=NAME, Description="first")["Version"], "1")
client.get_waiter("published_version_active").wait(
    FunctionName=NAME, Qualifier="1", WaiterConfig=PATIENCE
)
answer, result = invoke({"n": 3}, Qualifier="1")
equal((answer["ExecutedVersion"], result["version"]), ("1", "1"))

arn = created["FunctionArn"]
client.tag_resource(Resource=arn, Tags={"cost": "7 =+-@:/.é"})
client.untag_resource(Resource=arn, TagKeys=["team"])
equal(client.list_tags(Resource=arn)["Tags"], {"cost": "7 =+-@:/.é"})
client.add_layer_version_permission(
    LayerName=NAME, VersionNumber=1, StatementId="all", Action="lambda:GetLayerVersion", Principal="*"
)
assert '"Sid":"all"' in client.get_layer_version_policy(LayerName=NAME, VersionNumber=1)["Policy"]
client.remove_layer_version_permission(LayerName=NAME, VersionNumber=1, StatementId="all")


def listed(operation, key, **more):
    pages = list(client.get_paginator(operation).paginate(PaginationConfig={"PageSize": 1}, **more))
    assert all(len(page[key]) <= 1 for page in pages)
    return [item for page in pages for item in page[key]]


names = [function["FunctionName"] for function in listed("list_functions", "Functions")]
equal([name for name in names if name.startswith(NAME)], [NAME, NAME + "-other"])
versions = listed("list_versions_by_function", "Versions", FunctionName=NAME)
equal([version["Version"] for version in versions], ["$LATEST", "1"])
layers = listed("list_layer_versions", "LayerVersions", LayerName=NAME)
equal([version["Version"] for version in layers], [2, 1])
assert client.get_account_settings()["AccountUsage"]["FunctionCount"] >= 2

with raises(client.exceptions.ResourceConflictException, "Function already exist: " + NAME):
    create(NAME)
with raises(client.exceptions.InvalidParameterValueException, "Cannot reference more than 5 layers"):
    client.update_function_configuration(FunctionName=NAME, Layers=[layer["LayerVersionArn"]] * 6)
with raises(client.exceptions.PreconditionFailedException):
    client.update_function_code(FunctionName=NAME, ZipFile=package("one"), RevisionId="another")
with raises(client.exceptions.RequestTooLargeException):
    client.invoke(FunctionName=NAME, Payload=b" " * 6_291_457)
with raises(client.exceptions.ClientError, "ValidationException"):
    client.update_function_configuration(FunctionName=NAME, MemorySize=1)
with raises(client.exceptions.ClientError, "NotImplementedException"):
    client.list_aliases(FunctionName=NAME)

client.delete_function(FunctionName=NAME, Qualifier="1")
client.delete_function(FunctionName=NAME)
client.delete_function(FunctionName=NAME + "-other")
client.delete_layer_version(LayerName=NAME, VersionNumber=1)
client.delete_layer_version(LayerName=NAME, VersionNumber=2)
with raises(client.exceptions.ResourceNotFoundException, "Function not found: " + arn):
    client.invoke(FunctionName=NAME)
with raises(client.exceptions.ResourceNotFoundException):
    client.get_layer_version(LayerName=NAME, VersionNumber=1)
print("done")
