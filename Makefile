# Two commands are enough on a fresh machine: `make demo` and `make test`. `make help` lists all.
SHELL := /bin/bash
BIN := .venv/bin
READY := .venv/.ready

.PHONY: help demo test test-window test-below test-apart test-first lint run servers bench crash coverage mutate clean
.DELETE_ON_ERROR:
.DEFAULT_GOAL := demo

help: ## List what there is to make
	@awk -F ':[^#]*## ' '/^[a-z-]+:[^#]*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(READY) ## Set everything up, then cut out the sample photo and say where the pictures are
	$(BIN)/python packaging/demo.py

# A core each: the window with Qt, then what talks to servers, and what evens the time out; beside them all else, Qt out of reach.
APART := tests/sending tests/servers tests/providers/remote tests/crash tests/closed tests/names tests/selection tests/subject
WITHOUT_QT := MASKSTUDIO_TEST_WITHOUT_QT=1
BELOW := $(WITHOUT_QT) $(BIN)/python -m pytest -p no:cacheprovider -p no:pytest-qt -W ignore::pytest.PytestConfigWarning

test: lint ## Lint, types and all tests: what must be green before every commit
	$(MAKE) --no-print-directory -j2 --output-sync=line test-first test-below

test-first: test-window
	$(MAKE) --no-print-directory test-apart

test-window: $(READY) ## The window's tests alone
	$(BIN)/python -m pytest -p no:cacheprovider tests/ui

test-below: $(READY) ## The tests below the window, but for those apart
	$(BELOW) --ignore=tests/ui $(addprefix --ignore=,$(APART))

test-apart: $(READY) ## The tests of services, crashes, closed documents, names of files and selecting alone
	$(BELOW) $(APART)

lint: $(READY) ## Ruff and mypy
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

run: $(READY) ## Start the editor: make run FILES=photo.jpg
	$(BIN)/maskstudio $(FILES)

# Fifty kills while painting in the real window (three of them are part of `make test`).
crash: $(READY) ## Kill the editor fifty times while it paints; nothing may be lost
	MASKSTUDIO_CRASHES=50 $(BIN)/python -m pytest tests/crash

# The services of tests/servers on this machine, to try every remote panel without an account.
servers: $(READY) ## Start the services' stand-ins on this machine
	$(BIN)/python -m tests.servers

bench: $(READY) ## Measure, each time against a peer in the same run
	$(BIN)/python -m pytest -o addopts="-q --strict-markers" --benchmark-columns=min,median,ops tests/bench

# What runs in processes of their own (kills, children) is not seen. A report, not a gate: what a line does is asked by `make mutate`.
coverage: $(READY) ## Run all tests and print which lines they never reach
	rm -f .coverage
	$(BELOW) --cov --cov-report= --ignore=tests/ui
	$(BIN)/python -m pytest -p no:cacheprovider --cov --cov-append --cov-report=term tests/ui

mutate: $(READY) ## Put faults into one module and see whether its tests notice: make mutate MODULE=maskstudio/core/ops.py [TESTS=…]
	$(BIN)/python packaging/mutate.py $(MODULE) $(TESTS)

$(READY): pyproject.toml packaging/constraints.txt packaging/setup.sh packaging/system-libraries.sh
	packaging/setup.sh
	touch $(READY)

clean: ## Remove all that was made, the environment too
	rm -rf .venv demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .benchmarks .mutants .coverage
