#!/usr/bin/env bash
# Has events sent to an address, sends a test there, and prints the secret to check them by.
# ./4-webhook.sh URL
# Receivers on this machine are sent to only by a sandbox that was started with GATE_EGRESS_OPEN=true.
. "$(dirname "$0")/common.sh"

made=$(as company-1 "$gate/v1/webhooks" -H 'Content-Type: application/json' -d "{\"url\": \"$1\"}")
# A receiver that is not there yet loses nothing: it is tried again for 72 hours.
as company-1 -X POST "$gate/v1/webhooks/$(of "['id']" <<<"$made")/tests" >/dev/null
# The secret is shown this once.
of "['secret']" <<<"$made"
