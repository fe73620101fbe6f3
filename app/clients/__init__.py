"""Callers of other systems, by httpx."""
