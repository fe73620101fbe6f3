"""Recognisable personal data are planted in a running service, and looked for everywhere."""
