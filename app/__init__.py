"""The open service behind a digital border gate."""
