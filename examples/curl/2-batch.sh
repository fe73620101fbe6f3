#!/usr/bin/env bash
# Registers a fleet from a CSV file and prints what became of each row.
# ./2-batch.sh [FILE.csv]     (an empty one: GET /v1/entries/batches/template?format=csv)
. "$(dirname "$0")/common.sh"

# The third row is wrong on purpose. With best effort the others are registered all the same.
example() {
  echo 'gate,direction,planned_arrival_at,client_reference,tractor_plate,payload_kg,goods_group,gross_kg'
  for number in 1 2 3; do
    gross=$([ $number = 3 ] && echo heavy || echo 14000)
    echo "tan-thanh,export,$(now),fleet-$$-$number,14C-$(printf '%05d' $((RANDOM + number))),15000,fresh-produce-export,$gross"
  done
}

batch=$({ [ $# = 0 ] && example || cat "$1"; } |
  as company-1 "$gate/v1/entries/batches?mode=best-effort" \
    -H 'Content-Type: text/csv' -H "Idempotency-Key: $(once)" --data-binary @- | of "['id']")

# The answer is a job: up to 5,000 rows take longer than anybody holds a connection.
until [ "$(as company-1 "$gate/v1/entries/batches/$batch" | of "['ended_at']")" != None ]; do
  sleep 0.5
done
as company-1 "$gate/v1/entries/batches/$batch/results?limit=200" | python3 -c '
import json, sys
for row in json.load(sys.stdin)["items"]:
    problem = row["problem"]
    said = row["reference"] if problem is None else problem["errors"][0]["message"]
    print(row["line"], row["outcome"], said)'
