# run · test · check · soak · bench: the words to remember (docs · wheel · lock beside them).
# All of them work on a fresh machine with Python 3.11 or newer and make; what is missing is installed into .venv.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check soak bench docs wheel lock browser clean

# The first Python on the path that is new enough; asked by running it, since a name alone may be an empty shim.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo "$$p"; break; }; done)
VENV := .venv
BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# A slice of the soak: `make soak SLICE=20m`; all of it without. The table goes to TABLE.
SLICE ?=
TABLE ?= docs/soak.md
# More words for pytest or the rehearsal: `make test ARGS="-k kit"`, `make run ARGS="--port 8600"`.
ARGS ?=

help: ## these lines
	@sed -n 's/^\([a-z]*\):.*## /\1: /p' $(MAKEFILE_LIST)

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer was found on the path. Install one and run make again." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "Python cannot make a virtual environment here (on Debian: apt-get install python3-venv)." >&2; exit 1; }

$(VENV)/.runtime: requirements.txt pyproject.toml | $(BIN)/python
	@echo "Installing what mpkit needs (once) ..."
	@$(PIP) install --require-hashes -r requirements.txt
	@$(PIP) install --no-deps --editable .
	@touch $@

$(VENV)/.development: requirements-dev.txt pyproject.toml | $(BIN)/python
	@echo "Installing what the tests need (once) ..."
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/.runtime

run: $(VENV)/.runtime ## the rehearsal on this machine; with MPKIT_ACCESS_TOKEN set, the dashboard of the real account
	@if [ -n "$$MPKIT_ACCESS_TOKEN" ]; then $(BIN)/mpkit serve $(ARGS); else $(BIN)/mpkit demo $(ARGS); fi; \
		code=$$?; [ $$code -eq 130 ] || exit $$code

browser:
	@sh .ci/browser >/dev/null || test "$$CI" != true || { echo "CI fails without a Chromium: journeys would go untested." >&2; exit 1; }

test: $(VENV)/.development browser ## all tests, in at most ten minutes
	@$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)
	@sh .ci/browser >/dev/null || echo "BROWSER TESTS SKIPPED: no Chromium on the path, and none could be installed."

check: $(VENV)/.development ## format, lint, types, structure
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/mypy --platform win32 --cache-dir .mypy_cache/win32
	@$(BIN)/python -m pytest -q tests/test_structure.py tests/test_words.py tests/test_requirements.py

soak: $(VENV)/.development browser ## every bar at its stated count, seeded; SLICE=20m for a part
	@$(BIN)/python -m pytest -m "soak or bar" --soak-table=$(TABLE) $(if $(SLICE),--slice=$(SLICE)) $(ARGS)

bench: $(VENV)/.development ## the benchmarks, each a ratio against its named baseline
	@$(BIN)/python bench/run.py $(ARGS)

docs: $(VENV)/.development ## the reference pages, generated from the code
	@$(BIN)/python docs/build.py

wheel: $(VENV)/.development ## dist/mpkit-*.whl
	@$(BIN)/python -m build --wheel --no-isolation

# Pins for every system and Python from 3.11 on. Present pins stay; `make lock ARGS=--upgrade` moves them.
lock: $(VENV)/.development ## requirements*.txt from pyproject.toml
	@for set in "requirements.txt" "requirements-dev.txt --extra dev -c requirements.txt"; do \
		UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
			--generate-hashes --no-annotate --no-emit-index-url --no-emit-find-links $(ARGS) \
			pyproject.toml -o $$set || exit 1; done

clean: ## what make built
	rm -rf $(VENV) dist build
