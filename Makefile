# Each target sets up .venv from the locked files when needed; Python 3.11 or newer and make are all it takes.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check format lint types imports schemas bench lock sdk-check clean

demo: .venv/run
	$(BIN)/python -m bot demo

# In memory where there is such a place: every commit of a store waits for the disk.
test: .venv/dev
	TMPDIR=$$([ -w /dev/shm ] && echo /dev/shm || echo /tmp) $(BIN)/pytest -q -n 4 --dist worksteal

check: format lint types imports test schemas

format: .venv/dev
	$(BIN)/ruff format --check .

lint: .venv/dev
	$(BIN)/ruff check .

types: .venv/dev
	$(BIN)/mypy

imports: .venv/dev
	$(BIN)/lint-imports

# SCHEMAS: a folder with the API's OpenAPI subset and Slack's JSON schemas; without it there is nothing to compare with.
schemas: .venv/dev
	@if [ -n "$(SCHEMAS)" ]; then BATCHDESK_TEST_SCHEMAS="$(SCHEMAS)" $(BIN)/pytest -q -m schemas; \
	else echo "schemas: left out, because SCHEMAS names no folder"; fi

bench: .venv/dev
	$(BIN)/python -m bench

# The official SDK in an environment of its own, against the simulated API.
sdk-check: .venv/dev
	test -d .venv/sdk || $(PYTHON) -m venv .venv/sdk
	.venv/sdk/bin/pip install --quiet "anthropic==2.12.0"
	.venv/sdk/bin/python tests/playground/official_sdk.py $(BIN)/python

lock: .venv/dev
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
		--python-version 3.11 pyproject.toml --output-file requirements.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
		--python-version 3.11 --group dev pyproject.toml --output-file requirements-dev.txt

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/python:
	$(PYTHON) -c 'import sys; sys.exit("Batchdesk needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	touch $@

# The larger set holds the smaller one, so a developer's environment is not taken apart by `make demo`.
.venv/run: .venv/python requirements.txt
	test -e .venv/dev || $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	touch $@

.venv/dev: .venv/python requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@
