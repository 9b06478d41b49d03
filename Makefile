# make train, make test: everything else follows. make help lists the rest.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check install --quiet --no-compile --constraint constraints.txt
JOBS   ?= auto

.PHONY: help train test test-slow lint docs docs-serve tables lock docker wheel clean

help:            ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 20

train: $(VENV)/.installed   ## set up, then train a small GPT and show what it learned
	@$(BIN)/twinformer train $(ARGS)

test: $(VENV)/.installed-dev   ## set up, then run the proof and all other tests
	@$(BIN)/python -m pytest -q -n $(JOBS) --dist worksteal $(ARGS)

test-slow: $(VENV)/.installed-dev   ## the tests that take minutes as well
	@$(BIN)/python -m pytest -q -n $(JOBS) --dist worksteal --run-slow $(ARGS)

lint: $(VENV)/.installed-dev   ## style, types, and that the reference knows no torch
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

docs: $(VENV)/.installed-docs   ## build the book, in English and Chinese: build/site/html/index.html
	@$(BIN)/python -m docs.site.build $(ARGS)
	@$(BIN)/python -m docs.site.check

docs-serve: docs   ## build it, and show it at http://127.0.0.1:8000
	@$(BIN)/python -m docs.site.serve

tables: $(VENV)/.installed-dev   ## list the published tables; ARGS=shakespeare makes that one again
	@$(BIN)/python -m benchmarks $(ARGS)

lock: $(VENV)/.installed-dev   ## write requirements.lock anew: every package, with its digest
	@$(PIP) uv
	@echo 'torch ; python_version < "3"' | $(BIN)/uv pip compile pyproject.toml --extra dev --extra data \
	  --universal --python-version 3.11 --constraint constraints.txt --override /dev/stdin --generate-hashes \
	  --no-emit-index-url --custom-compile-command "make lock" --quiet --output-file requirements.lock $(ARGS)

docker:          ## build a container image; nothing else is needed
	@docker build -t twinformer .

wheel: $(VENV)/.installed-dev   ## build dist/*.whl
	@$(BIN)/python -m build --wheel

clean:           ## delete the environment, caches and builds; runs/ stays
	rm -rf $(VENV) build dist .hypothesis .pytest_cache .ruff_cache .mypy_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else \
	  "twinformer needs Python 3.11 to 3.13, this is %d.%d: make PYTHON=python3.12" % v)'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "installing into $(VENV) (once; torch is large) ..."
	@$(PIP) --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "installing into $(VENV) (once; torch is large) ..."
	@$(PIP) --editable '.[dev]'
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-docs: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "installing into $(VENV) (once; torch is large) ..."
	@$(PIP) --editable '.[docs]'
	@touch $@ $(VENV)/.installed
