#!/usr/bin/env bash
# Prints the driver's pass as the text of its QR code, and saves the picture.
# ./5-pass.sh ENTRY [FILE.png]
. "$(dirname "$0")/common.sh"

as company-1 "$gate/v1/entries/$1/pass?format=png" -o "${2:-pass.png}"
# Whoever checks it needs these keys and no network: `gate pass check` (docs/pass.md).
curl -sS --fail "$gate/.well-known/jwks.json" | of "['keys'][0]['kty']" >/dev/null
as company-1 "$gate/v1/entries/$1/pass" | of "['jws']"
