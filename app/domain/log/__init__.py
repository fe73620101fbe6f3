"""The public log: leaves in one form only, their tree, its tiles, and what is signed of it."""
