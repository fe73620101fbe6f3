"""Tests of the `gate` command, as processes of their own."""
