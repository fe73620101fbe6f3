"""HTTP and nothing else: what comes in, what goes out, and the manners of both."""
