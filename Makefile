# Two commands are enough on a fresh machine: `make demo` and `make test`.
SHELL := /bin/bash
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo test lint run bench crash clean
.DELETE_ON_ERROR:

demo: $(READY)
	$(BIN)/python packaging/demo.py

# The window with Qt, then everything below it with Qt out of reach.
test: lint
	$(BIN)/python -m pytest tests/ui
	MASKSTUDIO_TEST_WITHOUT_QT=1 $(BIN)/python -m pytest -p no:pytest-qt -W ignore::pytest.PytestConfigWarning --ignore=tests/ui

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

run: $(READY)
	$(BIN)/maskstudio $(FILES)

# Fifty kills while painting in the real window (three of them are part of `make test`).
crash: $(READY)
	MASKSTUDIO_CRASHES=50 $(BIN)/python -m pytest tests/crash

bench: $(READY)
	$(BIN)/python -m pytest -o addopts="-q --strict-markers" --benchmark-columns=min,median,ops tests/bench

$(READY): pyproject.toml packaging/constraints.txt packaging/setup.sh packaging/system-libraries.sh
	packaging/setup.sh
	touch $(READY)

clean:
	rm -rf .venv demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .benchmarks
