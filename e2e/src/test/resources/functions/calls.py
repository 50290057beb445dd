import hashlib
import hmac
import json
import os
import time
import urllib.error
import urllib.request

import note  # a layer's

def credentials():
    if "AWS_ACCESS_KEY_ID" in os.environ:
        return (
            os.environ["AWS_ACCESS_KEY_ID"],
            os.environ["AWS_SECRET_ACCESS_KEY"],
            os.environ["AWS_SESSION_TOKEN"],
        )
    with urllib.request.urlopen(os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"]) as answer:
        found = json.load(answer)
    return found["AccessKeyId"], found["SecretAccessKey"], found["Token"]


KEY_AT_INIT = credentials()[0]


def mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def request(method, path, payload, secret_suffix=""):
    """Signature Version 4 by hand: the standard library is enough."""
    key_id, secret, token = credentials()
    host = os.environ["AWS_ENDPOINT_URL_LAMBDA"].removeprefix("http://")
    now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    headers = {"host": host, "x-amz-date": now, "x-amz-security-token": token}
    signed = ";".join(headers)
    canonical = "\n".join(
        [method, path, ""]
        + [name + ":" + value for name, value in headers.items()]
        + ["", signed, hashlib.sha256(payload).hexdigest()]
    )
    scope = "/".join([now[:8], os.environ["AWS_REGION"], "lambda", "aws4_request"])
    text = "\n".join(
        ["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()]
    )
    key = ("AWS4" + secret + secret_suffix).encode()
    for part in scope.split("/"):
        key = mac(key, part)
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={key_id}/{scope}, SignedHeaders={signed}, "
        f"Signature={signature}"
    )
    del headers["host"]
    asked = urllib.request.Request(
        os.environ["AWS_ENDPOINT_URL_LAMBDA"] + path, data=payload, headers=headers, method=method
    )
    try:
        with urllib.request.urlopen(asked) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["x-amzn-ErrorType"]


def handler(event, context):
    invoke = "/2015-03-31/functions/" + event["call"] + "/invocations"
    payload = json.dumps(event["with"]).encode()
    status, answer = request("POST", invoke, payload)
    return {
        "status": status,
        "answer": answer,
        "forged": request("POST", invoke, payload, "x"),
        "delete": request("DELETE", "/2015-03-31/functions/" + event["call"], b""),
        "opt": sorted(os.listdir("/opt")),
        "layers": open("/opt/which").read(),
        "note": note.NOTE,
        "key": credentials()[0],
        "keyInEnvironment": "AWS_ACCESS_KEY_ID" in os.environ,
        "keyAtInit": KEY_AT_INIT,
    }
