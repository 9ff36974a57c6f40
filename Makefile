# Two commands are enough: `make demo` (see it work) and `make test` (all checks). Everything lives in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: help demo test check lint types layers pytest test-slow coverage bench bench-quick clean

help:
	@echo "make demo        set up .venv and run a shortened SZT experiment (under 4 minutes)"
	@echo "make test        set up .venv and run every check"
	@echo "make test-slow   the slow suites as well (coverage, full reproduction)"
	@echo "make coverage    coverage of the intervals over all known truths (docs/coverage.md)"
	@echo "make bench       the full benchmark; make bench-quick in under 3 minutes"
	@echo "make clean       remove .venv and caches"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "infoflow needs Python >= 3.11; found $$($(PYTHON) --version 2>&1). Set PYTHON=/path/to/python3.11"; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "python venv failed: on Debian run 'apt-get install python3-venv'"; exit 2; }

$(VENV)/.user: $(BIN)/python pyproject.toml constraints.txt
	$(PIP) install -q -c constraints.txt -e '.[all]'
	@touch $@

$(VENV)/.dev: $(BIN)/python pyproject.toml constraints.txt
	$(PIP) install -q -c constraints.txt -e '.[dev]'
	@touch $@ $(VENV)/.user

$(VENV)/.bench: $(VENV)/.dev
	$(PIP) install -q -c constraints.txt -e '.[bench]'
	@touch $@

demo: $(VENV)/.user
	$(BIN)/infoflow demo

test: check pytest

check: lint types layers

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.dev
	$(BIN)/pyright

layers: $(VENV)/.dev
	$(BIN)/lint-imports

# Two workers share the cores: more threads in each would only wait for one another.
pytest: $(VENV)/.dev
	OMP_NUM_THREADS=1 $(BIN)/pytest -q -n 2 -m 'not slow'

test-slow: $(VENV)/.dev
	OMP_NUM_THREADS=1 $(BIN)/pytest -q -n 2

bench: $(VENV)/.bench
	$(BIN)/python -m benchmarks

bench-quick: $(VENV)/.bench
	$(BIN)/python -m benchmarks --quick

coverage: $(VENV)/.dev
	$(BIN)/python -m benchmarks.coverage

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis .import_linter_cache
