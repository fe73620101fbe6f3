"""Tests of what runs the service: settings, database, embedded server, logs."""
