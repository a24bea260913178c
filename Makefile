# Each target sets up its environment from the locked files when needed. It takes only Python 3.11 or newer, and make.
# `make check VENV=.venv-3.13 PYTHON=python3.13` does everything with another Python, in an environment of its own.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Every commit of a store waits for the disk, so the stores of tests are in memory where there is such a place.
# SELECT: the markers to run, such as SELECT="not browser".
# Compiled tests are kept: four workers compile them, and a hundred processes that tests start compile the bot, otherwise.
PYTEST = PYTHONDONTWRITEBYTECODE= TMPDIR=$$([ -w /dev/shm ] && echo /dev/shm || echo /tmp) $(BIN)/pytest -q -n 4 --dist worksteal \
	$(if $(SELECT),-m "$(SELECT)")
HAS_MONITORING = $(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 12))'

.PHONY: install demo test coverage check format lint types imports schemas docs pictures sizes bench lock sdk-check clean

# Only what the bot needs to run.
install: $(VENV)/run
	@echo "Ready. Next: $(BIN)/python -m bot doctor, then $(BIN)/python -m bot run"

demo: $(VENV)/run
	$(BIN)/python -m bot demo

test: $(VENV)/dev
	$(PYTEST)

# The tests, a report of the lines they miss, and a floor. Without a Postgres server its lines are missed, so there is none.
COVERED = $(if $(BATCHDESK_TEST_POSTGRES),97,0)
coverage: $(VENV)/dev
	if $(HAS_MONITORING); then export COVERAGE_CORE=sysmon; fi; \
	$(PYTEST) --cov --cov-report=term:skip-covered --cov-fail-under=$(COVERED)

# Measuring costs a twentieth with sys.monitoring (Python 3.12), and half as long again without: then CI does it.
check: format lint types imports schemas $(VENV)/dev
	if $(HAS_MONITORING); then $(MAKE) coverage; else $(MAKE) test; echo "coverage: left out before Python 3.12"; fi

format: $(VENV)/dev
	$(BIN)/ruff format --check .

lint: $(VENV)/dev
	$(BIN)/ruff check .

types: $(VENV)/dev
	$(BIN)/mypy

imports: $(VENV)/dev
	$(BIN)/lint-imports

# SCHEMAS: a folder with the API's OpenAPI subset and Slack's JSON schemas. Without it there is nothing to compare with.
schemas: $(VENV)/dev
	@if [ -n "$(SCHEMAS)" ]; then BATCHDESK_TEST_SCHEMAS="$(SCHEMAS)" $(BIN)/pytest -q -m schemas; \
	else echo "schemas: left out, because SCHEMAS names no folder"; fi

# Write the generated parts of docs/, and manifest.http.yml, again. The tests compare them with their sources.
docs: $(VENV)/dev
	$(BIN)/python -m tests.generated_docs

# Take the pictures of the README again, from the demo, in headless Chromium.
pictures: $(VENV)/dev
	$(BIN)/python -m tests.pictures

# A report that never fails: large is a symptom, not a mistake.
sizes:
	$(PYTHON) tests/sizes.py

bench: $(VENV)/dev
	$(BIN)/python -m bench

# The newest official SDK in an environment of its own, against the simulated API. It prints the version.
sdk-check: $(VENV)/dev
	test -d $(VENV)/sdk || $(PYTHON) -m venv $(VENV)/sdk
	$(VENV)/sdk/bin/pip install --quiet --disable-pip-version-check --upgrade --upgrade-strategy eager anthropic
	$(VENV)/sdk/bin/python tests/playground/official_sdk.py $(BIN)/python

lock: $(VENV)/dev
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
		--python-version 3.11 pyproject.toml --output-file requirements.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
		--python-version 3.11 --group dev pyproject.toml --output-file requirements-dev.txt

clean:
	rm -rf .venv .venv-* .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/python:
	$(PYTHON) -c 'import sys; sys.exit("Batchdesk needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	touch $@

# The development set contains the other one, so `make demo` leaves a developer's environment as it is.
$(VENV)/run: $(VENV)/python requirements.txt
	@test -e $(VENV)/dev || echo "Installing what the bot needs into $(VENV): about 40 packages, 140 MB, about a minute."
	@test -e $(VENV)/dev || $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	touch $@

$(VENV)/dev: $(VENV)/python requirements-dev.txt
	@echo "Installing what the bot and its tests need into $(VENV): about 70 packages, 450 MB, a few minutes."
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@
