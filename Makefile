# make setup, make run, make check, make test, make test-all, make bench, make labs, make docs, make clean; `make` alone says what each does.
#   PYTHON=python3.12  the Python to begin with (3.11 or later)
#   CPU=1              PyTorch's CPU wheels: about 4 GB less on disk, for machines without an NVIDIA GPU

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
CPU_WHEELS := https://download.pytorch.org/whl/cpu

.PHONY: help setup run check test test-all bench labs docs clean
.DELETE_ON_ERROR:

help:
	@echo "make setup   set up $(VENV) (CPU=1: PyTorch's smaller CPU wheels); nothing to do when it is fresh"
	@echo "make run     set up, then open ConvScope in the browser"
	@echo "make check   format, lint, types, floors"
	@echo "make test    the tests (those marked slow are left out)"
	@echo "make test-all  break it on purpose, everywhere, for at most an hour; PART=kills: one part (see docs/RELIABILITY.md)"
	@echo "make bench   measure and print the figures of the README"
	@echo "make labs    every lab: verdict and numbers beside targets, into docs/labs.json (PART, SEEDS, FIRST, OUT, AGAIN=1)"
	@echo "make docs    docs/LABS.md and docs/chapters from the labs, the chapters and docs/labs.json"
	@echo "make clean   remove caches; runs, data and $(VENV) stay"

setup: $(VENV)/.ready

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  found=`$(PYTHON) --version 2>/dev/null` || found=missing; \
	  echo "ConvScope needs Python 3.11 or later, but $(PYTHON) is $$found." \
	    "Name another one: make setup PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "$(PYTHON) cannot make a virtual environment. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }

$(VENV)/.ready: requirements.txt | $(BIN)/python
	@echo "Setting up $(VENV): a few minutes and some gigabytes, once."
ifdef CPU
	$(PIP) install $(shell grep -oE '^torch(vision)?==[0-9.]+' requirements.txt) --index-url $(CPU_WHEELS)
endif
	$(PIP) install -r requirements.txt
	@touch $@

$(VENV)/.ready-dev: requirements-dev.txt $(VENV)/.ready
	$(PIP) install --quiet -r requirements-dev.txt
	@touch $@

run: $(VENV)/.ready
	$(BIN)/streamlit run app.py

check: $(VENV)/.ready-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest tests/house/test_floors.py

test: $(VENV)/.ready-dev
	OMP_NUM_THREADS=1 $(BIN)/pytest -n 2 --dist loadfile -m "not slow" -rs

test-all: $(VENV)/.ready-dev
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.faults $(or $(PART),all)

bench: $(VENV)/.ready-dev
	$(BIN)/python -m benchmarks

labs: $(VENV)/.ready-dev
	$(BIN)/python -m benchmarks.labs $(PART) $(if $(SEEDS),--seeds $(SEEDS)) $(if $(FIRST),--first $(FIRST)) \
	  $(if $(OUT),--out $(OUT)) $(if $(AGAIN),--again)

docs: $(VENV)/.ready
	$(BIN)/python -m cnn_core.chapters.docs

clean:
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
