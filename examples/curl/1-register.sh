#!/usr/bin/env bash
# Registers one vehicle before it arrives, and prints the id of its entry.
# ./1-register.sh [PLATE]
. "$(dirname "$0")/common.sh"

# Digits of chance, so that the script can be run again: one plate waits once.
plate=${1:-12C-$(printf '%03d.%02d' $((RANDOM % 1000)) $((RANDOM % 100)))}
answer=$(as company-1 "$gate/v1/entries" \
  -H 'Content-Type: application/json' -H "Idempotency-Key: $(once)" -d "{
    \"gate\": \"tan-thanh\", \"direction\": \"export\", \"planned_arrival_at\": \"$(now)\",
    \"vehicle\": {\"tractor_plate\": \"$plate\", \"payload_kg\": 15000},
    \"consignments\": [{\"lines\": [{
      \"goods_group\": \"fresh-produce-export\", \"product\": \"lychee\", \"gross_kg\": 14000}]}]}")

# What is wrong comes with the answer and keeps nothing from being registered: mend it before the
# vehicle sets out.
of "['reference']" <<<"$answer" >&2
of "['findings']" <<<"$answer" >&2
of "['id']" <<<"$answer"
