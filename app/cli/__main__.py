"""`python -m app.cli` is the `gate` command."""

from app.cli import app

app(prog_name="gate")
