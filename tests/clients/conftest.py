"""The service as a process, as the tests of the command have it."""

from tests.cli.conftest import running

__all__ = ["running"]
