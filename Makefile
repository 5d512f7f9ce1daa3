# Two commands are enough on a fresh machine: `make demo` and `make test`.
SHELL := /bin/bash
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo test test-window test-below test-services test-first lint run servers bench crash clean
.DELETE_ON_ERROR:

demo: $(READY)
	$(BIN)/python packaging/demo.py

# The window with Qt, then what talks to servers, beside everything else below the window with Qt out of reach: a core each.
SERVICES := tests/sending tests/servers tests/providers/remote
BELOW := MASKSTUDIO_TEST_WITHOUT_QT=1 $(BIN)/python -m pytest -p no:cacheprovider -p no:pytest-qt -W ignore::pytest.PytestConfigWarning

test: lint
	$(MAKE) --no-print-directory -j2 --output-sync=line test-first test-below

test-first: test-window
	$(MAKE) --no-print-directory test-services

test-window: $(READY)
	$(BIN)/python -m pytest -p no:cacheprovider tests/ui

test-below: $(READY)
	$(BELOW) --ignore=tests/ui $(addprefix --ignore=,$(SERVICES))

test-services: $(READY)
	$(BELOW) $(SERVICES)

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

run: $(READY)
	$(BIN)/maskstudio $(FILES)

# Fifty kills while painting in the real window (three of them are part of `make test`).
crash: $(READY)
	MASKSTUDIO_CRASHES=50 $(BIN)/python -m pytest tests/crash

# The services of tests/servers on this machine, to try every remote panel without an account.
servers: $(READY)
	$(BIN)/python -m tests.servers

bench: $(READY)
	$(BIN)/python -m pytest -o addopts="-q --strict-markers" --benchmark-columns=min,median,ops tests/bench

$(READY): pyproject.toml packaging/constraints.txt packaging/setup.sh packaging/system-libraries.sh
	packaging/setup.sh
	touch $(READY)

clean:
	rm -rf .venv demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .benchmarks
