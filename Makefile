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

# Debian's buildah, without a daemon and also where there are no namespaces. BASE: the image to build on.
BUILDAH = nice buildah --storage-driver vfs
BASE =
IMAGE = batchdesk
VERSION = $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)

.PHONY: install demo test coverage check format lint types imports schemas docs pictures sizes bench lock sdk-check clean
.PHONY: image image-base image-check package-check release

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

# The image in which the bot runs: `make image`, or `make image-base` and `make image BASE=batchdesk-base` without a registry.
image:
	$(BUILDAH) build --isolation chroot --quiet --format docker --file deploy/Containerfile $(if $(BASE),--build-arg BASE=$(BASE)) \
		--label org.opencontainers.image.title=batchdesk --label org.opencontainers.image.version=$(VERSION) \
		--tag $(IMAGE) .

# A base made of Debian's packages, with this machine's certificates. It needs root and mmdebstrap.
image-base:
	mkdir -p dist
	nice mmdebstrap --quiet --variant=minbase --include=ca-certificates,python3,python3-venv \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
		--customize-hook='copy-in /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs' bookworm dist/base.tar
	container=$$($(BUILDAH) from scratch) && $(BUILDAH) add --quiet $$container dist/base.tar / >/dev/null && \
		$(BUILDAH) commit --quiet --rm --format docker $$container batchdesk-base
	rm dist/base.tar

# Lint the Containerfile, and run the image with a read-only root against the simulators. It needs root, buildah and bubblewrap.
image-check: $(VENV)/dev $(VENV)/release/ready
	$(VENV)/release/bin/hadolint deploy/Containerfile
	BUILDAH="$(BUILDAH)" $(BIN)/python -m tests.image_check $(IMAGE)

# Install the released wheel with pip, uv and pipx, each in a place of its own, and use the demo there.
package-check: release $(VENV)/dev
	$(BIN)/python -m tests.package_check dist/batchdesk-$(VERSION)-py3-none-any.whl $(VENV)/release/bin $(BIN)

# The wheel, built twice to see that its bytes are the same, an SBOM and checksums, in dist/.
release: $(VENV)/release/ready
	PYTHON=$(PYTHON) deploy/release $(VENV)/release/bin $(VERSION)

LOCK = $(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
	--python-version 3.11
lock: $(VENV)/dev
	$(LOCK) pyproject.toml --output-file requirements.txt
	$(LOCK) --group dev pyproject.toml --output-file requirements-dev.txt
	$(LOCK) --group build --output-file requirements-build.txt
	$(LOCK) --group release --output-file requirements-release.txt

clean:
	rm -rf .venv .venv-* dist .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

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

# What builds and checks packages and images, in an environment of its own.
$(VENV)/release/ready: $(VENV)/python requirements-release.txt
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-release.txt
	touch $@
