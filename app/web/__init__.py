"""Served pages: HTML that works without a script, drawn from the same services as the API."""
