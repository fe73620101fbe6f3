"""Who waits and who is called: every change of a queue, under its lock."""
