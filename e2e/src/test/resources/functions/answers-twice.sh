#!/bin/bash
# A runtime that answers every invocation twice, differently; it says in its log what it was told.
api="http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime"
while true; do
  event="$(curl -sS -D /tmp/headers "$api/invocation/next")" || exit 1
  id="$(tr -d '\r' </tmp/headers | sed -n 's/^lambda-runtime-aws-request-id: *//Ip')"
  curl -sS -o /dev/null -w 'first: %{http_code}\n' -d "$event" "$api/invocation/$id/response"
  curl -sS -o /dev/null -w 'second: %{http_code}\n' -d '"second"' "$api/invocation/$id/response"
  curl -sS -o /dev/null -w 'other: %{http_code}\n' -d '"other"' "$api/invocation/no-such-id/response"
done
