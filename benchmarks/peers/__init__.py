"""What the service is measured beside: the limit of its libraries, and a bare handler."""
