.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
MAKEFLAGS += --no-print-directory

# With it set, every start of Python compiles everything again: seconds a start.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
BIN := .venv/bin
LOCK ?= requirements-dev.lock

.PHONY: help
help: ## List what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

.PHONY: venv
venv: .venv/.complete ## Create .venv with everything for running, testing and linting

# uv where it is installed, else pip; both check the hashes of the lock. The project itself needs no
# build: a .pth file makes it importable and bin/gate starts it, under any path.
.venv/.complete: $(LOCK) Makefile
	@[ -x $(BIN)/python ] || $(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed; name one: make PYTHON=python3.12")'
	[ -x $(BIN)/python ] || $(PYTHON) -m venv .venv
	if command -v uv >/dev/null; then
		VIRTUAL_ENV="$$PWD/.venv" uv pip sync --quiet --require-hashes $(LOCK)
	else
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCK)
	fi
	$(BIN)/python -c 'import pathlib, sysconfig; pathlib.Path(sysconfig.get_path("purelib"), "gate.pth").write_text(f"{pathlib.Path.cwd()}\n")'
	printf '#!/bin/sh\nexec "$$(dirname -- "$$0")/python" -m app.cli "$$@"\n' >$(BIN)/gate
	chmod +x $(BIN)/gate
	touch $@
