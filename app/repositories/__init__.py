"""The only queries: small classes that answer named questions."""
