"""What officers do and see: arrivals, checks, holds, releases, exits, what contradicts them."""
