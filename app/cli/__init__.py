"""The `gate` command; with `app/api/deps.py` and `app/workers/` an edge, where time is asked."""
