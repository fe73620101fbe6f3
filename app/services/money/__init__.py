"""Money: how it comes in, what it pays, what waits for a review, what the books say."""
