"""One use case a method: load everything, decide purely, store once."""
