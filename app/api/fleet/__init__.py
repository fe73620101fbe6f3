"""Whole fleets in one file: columns, files that are read, templates and exports."""
