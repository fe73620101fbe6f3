"""Served pages: HTML that works without a script, drawn from what the API answers."""
