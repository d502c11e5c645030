# `make demo` and `make test` are all that a newcomer needs; the README has the plain pip commands they stand for.

PYTHON ?= python3
WORKERS ?= 2
VENV ?= .venv
BIN := $(VENV)/bin
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-annotate --generate-hashes \
	--custom-compile-command "make lock" pyproject.toml

.DEFAULT_GOAL := help
.PHONY: help demo test coverage chaos lint format bench deploy credentials lock clean

help:           ## show this
	@sed -n 's/^\([a-z]*\): .*##/\1\t/p' Makefile

demo: $(VENV)/installed   ## make the sample campaign's images with the built-in stand-in API
	$(BIN)/python flows/campaign.py data/q1_launch.csv --formats data/formats.csv --name "Q1 Launch" --hold --sandbox \
		--variant og=1200x630,only=best --variant thumb=400x400,only=best \
		--variant social=1080x1080,only=best --variant story=1080x1920,only=best

test: $(VENV)/installed-dev   ## run the tests
	$(BIN)/python -m pytest -n $(WORKERS) $(TESTS)

coverage: $(VENV)/installed-dev   ## run the tests, and hold how much of the code they run, by branch, to its floor
	$(BIN)/python -m pytest -n $(WORKERS) --cov --cov-report=term:skip-covered $(TESTS)

chaos: $(VENV)/installed-dev  ## kill real runs, servers and workers, for three quarters of an hour, and check the bill
	CHAOS=1 $(BIN)/python -m pytest tests/chaos tests/deployments tests/flows/test_secrets.py $(TESTS)

lint: $(VENV)/installed-dev   ## check style and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

format: $(VENV)/installed-dev   ## mend what can be mended of the style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(VENV)/installed-dev   ## measure, as ratios within one run: a table, and bench.json
	$(BIN)/python -m tests.benchmarks --json bench.json

deploy: $(VENV)/installed   ## bring the Prefect server that PREFECT_API_URL names to deployments/prefect.yaml
	$(BIN)/python -m deployments.setup

credentials: $(VENV)/installed   ## install what signs variants with Content Credentials, as it is locked
	@sed -n '/^c2pa-python==/,/[^\\]$$/p' requirements-dev.lock | \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r /dev/stdin

lock: $(VENV)/installed-dev   ## pin every requirement anew
	$(BIN)/python -m pip install --quiet uv
	$(LOCK) --upgrade --output-file requirements.lock
	$(LOCK) --upgrade --extra dev --extra c2pa --constraint requirements.lock --output-file requirements-dev.lock

clean:          ## remove the environment and everything made
	rm -rf .venv .venv-* data/out build dist .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache *.egg-info

$(VENV)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Setting up $(VENV) (a minute or two, once)"
	@$(PYTHON) -m venv $(VENV) && touch $@

# Compiled once: where Python is told to keep no bytecode, each start would spend seconds on compiling Prefect.
COMPILED = $(BIN)/python -m compileall -q -j 0 $(VENV)/lib deployments flows sandbox tasks >/dev/null || true

$(VENV)/installed: $(VENV)/python requirements.lock pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@$(COMPILED) && touch $@

$(VENV)/installed-dev: $(VENV)/installed requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	@$(COMPILED) && touch $@
