"""What the document promises, asked of the running service; a run of its own (`make test`)."""
