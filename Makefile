# OpenIMR. `make help` lists what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT ?= out
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONDONTWRITEBYTECODE := 1

.DEFAULT_GOAL := help
.PHONY: help install demo serve test lint docs bench clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(VENV)/run.stamp: requirements.lock pyproject.toml
	@echo "Setting up OpenIMR in $(VENV) (once, about a minute) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "OpenIMR needs Python 3.11 or newer; set PYTHON=..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps -e .
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements-dev.lock
	@echo "Adding the test tools ..."
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

install: $(VENV)/run.stamp ## Make .venv with the imr command
	@echo "Installed. Try: $(BIN)/imr --help"

demo: $(VENV)/run.stamp ## Review an invented case and write its letter and review sheet
	@$(BIN)/imr demo --out $(OUT)/demo

$(VENV)/office.stamp: $(VENV)/run.stamp requirements-office.lock
	@echo "Adding what the office needs ..."
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-office.lock
	@touch $@

serve: $(VENV)/office.stamp ## Start the office with invented cases on 127.0.0.1:8000
	@$(BIN)/imr serve --demo --data $(OUT)/office

test: $(VENV)/dev.stamp lint ## Lint, type check, and run every test that can run here
	@$(BIN)/python -m pytest -n 2 --cov --cov-report=term --cov-fail-under=95

lint: $(VENV)/dev.stamp ## ruff, strict mypy, import contract
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@OPENIMR_DATA=.mypy_cache/office $(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

docs: $(VENV)/dev.stamp ## Write docs/commands.md anew from the command line
	@$(BIN)/python docs/make_commands.py

bench: $(VENV)/dev.stamp ## Print the ratios of benchmarks/ (sets up medspaCy in .venv-peers once)
	@benchmarks/run

clean: ## Remove what make made
	rm -rf $(VENV) .venv-peers .venv-redact $(OUT) build src/*.egg-info
