#!/usr/bin/env bash
# Prints what happened after a position, and the position to go on from.
# ./3-events.sh [AFTER]
. "$(dirname "$0")/common.sh"

# With `wait` the answer is kept back until something comes: no need to ask every second.
as company-1 -G "$gate/v1/events" -d "after=${1:-0}" -d wait=5 | python3 -c '
import json, sys
answer = json.load(sys.stdin)
for event in answer["items"]:
    print(event["position"], event["kind"], event["reference"] or "-")
print("after", answer["after"])'
