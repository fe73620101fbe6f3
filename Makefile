.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
MAKEFLAGS += --no-print-directory

# With it set, every start of Python compiles everything again: seconds a start.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
BIN := .venv/bin
RUN := .venv/.run
DEV := .venv/.dev
# A copy of the document that the clients were generated from.
CLIENTS := tests/clients/.generated
TYPESCRIPT := $(addprefix tests/clients/typescript/,.npmrc package.json package-lock.json tsconfig.json src/index.ts src/way.ts) \
	$(addprefix examples/typescript/,.npmrc package.json package-lock.json tsconfig.json src/integrator.ts src/receiver.ts)

.PHONY: help
help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' Makefile

# ---- To run -------------------------------------------------------------------------------------

.PHONY: run
run: $(RUN) ## Start everything in sandbox mode, on PORT (8000) of this machine
	@exec $(BIN)/gate serve

.PHONY: demo
demo: $(RUN) ## Play one real day at the gate through the API: DEMO="--scale 0.1 --seed 7"
	@exec $(BIN)/gate demo $(DEMO)

# ---- To work on it ------------------------------------------------------------------------------

.PHONY: venv
venv: $(DEV) ## Make .venv with what running, testing and linting need

# A module stays with one process, which makes what it needs once, until another has nothing to do.
PARALLEL := --numprocesses=auto --dist=worksteal

.PHONY: test
test: $(DEV) $(CLIENTS) ## Run every test, in parallel; PYTEST="-k name" chooses
	@$(BIN)/python -m pytest $(PARALLEL) -p no:schemathesis --ignore=tests/contract $(PYTEST) || [ $$? = 5 ]
	$(BIN)/python -m pytest $(PARALLEL) tests/contract $(PYTEST) || [ $$? = 5 ] # 5: none chosen

# Counting what the tests reach doubles their time, and so does looking further, by chance and in
# every language: CI does both, by make check TESTS=coverage
TESTS ?= test

.PHONY: check
check: $(DEV) ## Check format, lint, types, layers, fresh documents, then run every test
	@$(MAKE) --jobs=2 --output-sync=target types lint documents
	printf '\n== tests\n'
	$(MAKE) $(TESTS)

.PHONY: coverage
coverage: $(DEV) ## Run every test, and check what they reach: all of app/domain, 95 % of app
	@rm -f .coverage .coverage.*
	$(MAKE) test PYTEST='--cov --cov-append --cov-report= --hypothesis-profile=deep'
	$(BIN)/coverage report --fail-under=95
	$(BIN)/coverage report --fail-under=100 --include='app/domain/*'

.PHONY: types
types: $(DEV) ## Check types
	@printf '\n== types\n'
	$(BIN)/mypy

.PHONY: lint
lint: $(DEV) ## Check format, style and layers
	@printf '\n== format, lint and layers\n'
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/hadolint Dockerfile
	$(BIN)/lint-imports

.PHONY: documents
documents: $(DEV) ## Check that openapi.json and docs/ are what the code says
	@printf '\n== documents\n'
	$(BIN)/gate openapi | diff -u openapi.json - || { echo 'openapi.json is old: make openapi' >&2; exit 1; }
	$(BIN)/python -m docs --check || { echo 'docs/ is old: make docs' >&2; exit 1; }

.PHONY: fix
fix: $(DEV) ## Format, and mend what can be mended without asking
	@$(BIN)/ruff check --fix . || true
	$(BIN)/ruff format .

.PHONY: migration
migration: $(DEV) ## Write the next migration from the models: m="add holds"
	@test -n "$(m)" || { echo 'Say what it does: make migration m="add holds"' >&2; exit 1; }
	$(BIN)/python -m app.core.migrations "$(m)"

.PHONY: openapi
openapi: $(DEV) ## Write openapi.json
	@$(BIN)/gate openapi openapi.json

.PHONY: docs
docs: $(DEV) ## Write the generated pages of docs/
	@$(BIN)/python -m docs

.PHONY: clients
clients: $(CLIENTS) ## Generate the Python and the TypeScript client, and compile examples/typescript

# Where there is no npm the TypeScript client is left out, and its tests are skipped.
$(CLIENTS): openapi.json tests/clients/python/generator.yaml $(TYPESCRIPT) | $(DEV)
	@echo 'Generating the clients, into tests/clients'
	# What it warns of is shown, without the pages of the document that it quotes.
	$(BIN)/openapi-python-client generate --path openapi.json --meta none --overwrite \
		--config tests/clients/python/generator.yaml --output-path tests/clients/python/gate_client \
		2> >(sed '/^{$$/,/^}$$/d' >&2) >/dev/null
	if command -v npm >/dev/null; then
		for folder in tests/clients examples; do
			cd $$folder/typescript
			npm ci --silent
			npm run --silent generate >/dev/null
			cd - >/dev/null
		done
	else
		echo 'There is no npm: the TypeScript client is left out' >&2
	fi
	cp openapi.json $(CLIENTS)

.PHONY: bench
bench: $(DEV) ## Measure, and write benchmarks/RESULTS.md
	@$(BIN)/python -m benchmarks

.PHONY: screenshots
screenshots: $(DEV) ## Take the pictures of README anew, in a browser
	@SCREENSHOTS=1 $(BIN)/python -m pytest -q -p no:schemathesis tests/browser/test_pictures.py

.PHONY: simulate
simulate: $(DEV) ## Play 60 days of the queue under several rules, and write docs/queue.md
	@$(BIN)/python -m benchmarks.simulation $(SIMULATE)
	$(BIN)/python -m docs

.PHONY: locks
locks: ## Resolve the libraries of pyproject.toml anew (needs uv)
	@lock() { uv export --quiet --frozen --no-emit-project --no-header --no-annotate "$$@"; }
	uv lock --quiet
	lock --output-file requirements.lock
	lock --group test --group lint --group client --group deploy --output-file requirements-dev.lock

# ---- The virtual environment --------------------------------------------------------------------
# By uv where it is installed, else by pip; both check the lock's hashes. The lock is whole, so
# nothing is resolved; pip takes half of it each, as it spends its time reading lists of versions.
# A pip of the environment's own would take as long again, so the system's is used where it can.
# The project needs no build: a .pth file makes it importable and bin/gate starts it, wherever the
# folder stands.

CHECK_PYTHON := import sys; sys.version_info < (3, 11) and sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.12")
CAN_TARGET := import pip, sys; sys.exit(tuple(map(int, pip.__version__.split(".")[:2])) < (22, 3))

define install
	@$(PYTHON) -c '$(CHECK_PYTHON)'
	if $(PYTHON) -c '$(CAN_TARGET)' 2>/dev/null; then
		pip=($(PYTHON) -m pip --python $(BIN)/python)
		without=--without-pip
	else
		pip=($(BIN)/python -m pip)
		without=
	fi
	[ -x $(BIN)/python ] || $(PYTHON) -m venv $$without .venv
	echo "Installing $(1)"
	if command -v uv >/dev/null; then
		VIRTUAL_ENV="$$PWD/.venv" uv pip install --quiet --require-hashes --requirement $(1)
	else
		awk '/^[^ ]/ {part = (part + 1) % 2} {print >(".venv/lock." part)}' $(1)
		for part in .venv/lock.*; do
			"$${pip[@]}" install --quiet --no-deps --no-compile --disable-pip-version-check \
				--require-hashes --requirement $$part & parts+=($$!)
		done
		for part in "$${parts[@]}"; do wait $$part; done
	fi
	site=$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
	echo ../../../.. >"$$site/gate.pth"
	printf '#!/bin/sh\nexec "$$(dirname -- "$$0")/python" -m app.cli "$$@"\n' >$(BIN)/gate
	chmod +x $(BIN)/gate
endef

$(RUN): requirements.lock
	$(call install,requirements.lock)
	touch $(RUN)

$(DEV): requirements-dev.lock
	$(call install,requirements-dev.lock)
	touch $(RUN) $(DEV)
