"""Receipts and refunds: what proves that money came in, and how it goes back."""
