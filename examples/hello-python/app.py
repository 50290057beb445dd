"""The smallest useful function: it greets whoever the event names."""

import logging
import os

logging.getLogger().setLevel(logging.INFO)


def handler(event, context):
    name = event.get("name", "world")
    logging.info("greeting %s", name)
    return {
        "message": f"{os.environ.get('GREETING', 'Hello')}, {name}!",
        "function": context.function_name,
        "requestId": context.aws_request_id,
        "remainingMillis": context.get_remaining_time_in_millis(),
    }
