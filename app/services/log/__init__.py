"""The public log: sealing what was committed, and letting anybody read and prove it."""
