#!/usr/bin/env bash
# Plays the gate to your vehicle: a yard sees it come in, an officer calls. In a sandbox you have
# their keys; in real life others do this, and you hear of it.
# ./6-call.sh REFERENCE
. "$(dirname "$0")/common.sh"

json='Content-Type: application/json'
as yard "$gate/v1/yards/bao-nguyen/movements" -H "$json" -d "{\"way\": \"in\", \"reference\": \"$1\"}" |
  of "['call_number']"
as officer-1 "$gate/v1/gates/tan-thanh/queues/export/calls" -H "$json" \
  -H "Idempotency-Key: $(once)" -d '{"count": 1}' >/dev/null
