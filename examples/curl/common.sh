# What the scripts share. It needs bash, curl and Python; nothing has to be installed.
set -euo pipefail

gate=${GATE_URL:-http://127.0.0.1:8000}
# `make run` writes a key for everybody in the sandbox. Outside of it you have one of your own.
keys=${GATE_KEYS:-$(dirname "${BASH_SOURCE[0]}")/../../var/sandbox-keys.json}

# as WHO CURL-WORDS…: asks as somebody. A failure ends the script, but its body, a problem with
# `code` and `errors`, is shown first: that is where the gate says what to do.
as() {
  local key
  key=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$keys" "$1")
  curl -sS --fail-with-body -H "Authorization: Bearer $key" -H 'Accept-Language: en' "${@:2}"
}

# of EXPRESSION: takes something out of the JSON that comes in, such as "['items'][0]['id']".
of() { python3 -c "import json, sys; print(json.load(sys.stdin)$1)"; }

# The gate's clock, not ours: a sandbox may be on another day.
now() { curl -sS --fail "$gate/v1/gates/tan-thanh/queues/export" | of "['as_of']"; }

# A key of one's own for each thing that is to happen once. A script that was cut off would send
# the same one again, and get the same answer instead of a second vehicle.
once() { python3 -c 'import uuid; print(uuid.uuid4())'; }
