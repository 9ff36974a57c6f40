# Two commands are enough: `make demo` (see it work) and `make test` (all checks). Everything lives in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: help demo test check lint types layers pytest browser test-slow coverage bench bench-quick clean

help:
	@echo "make demo        set up .venv and run a shortened SZT experiment (under 4 minutes)"
	@echo "make test        set up .venv and run every check"
	@echo "make browser     the pages in a real browser (part of make test); pictures in artifacts/browser"
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

test: check pytest browser

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
	OMP_NUM_THREADS=1 $(BIN)/pytest -q -n 2 -m 'not slow' --ignore=tests/browser

# One browser for all of them, in one process; its pictures lie in artifacts/browser.
browser: $(VENV)/.dev
	@for tool in chromium chromedriver; do command -v $$tool > /dev/null || missing=1; done; \
	if [ -n "$$missing" ] && [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
	  echo "installing chromium and chromium-driver"; \
	  { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
	    chromium chromium-driver; } > /dev/null 2>&1 || echo "apt-get could not install them: the browser tests skip"; \
	elif [ -n "$$missing" ]; then \
	  echo "no chromium or chromedriver, and no right to install them: the browser tests skip"; \
	fi
	OMP_NUM_THREADS=1 $(BIN)/pytest -q tests/browser

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
