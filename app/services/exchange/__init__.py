"""Partners' messages: an adapter turns each into the same calls that an endpoint makes."""
