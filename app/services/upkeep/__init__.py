"""What the service itself lives on: editions, reference data, keys, readiness."""
