"""What ends a demonstration early, in words for who started it."""


class DemoError(Exception):
    """The day cannot be played on; the text says why, and which request failed."""
