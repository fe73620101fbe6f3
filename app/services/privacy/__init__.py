"""Drivers' personal data: read in full, found, exported, erased, and not kept for ever."""
