"""Takes its time; tells which sandbox it ran in, and when."""

import time
import uuid

SANDBOX = str(uuid.uuid4())


def handler(event, context):
    begun = time.time()
    print("begun")
    time.sleep(event["seconds"])
    return {"mark": event["mark"], "sandbox": SANDBOX, "begun": begun, "ended": time.time()}
