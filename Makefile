# One command each: `make demo` shows the main job, `make test` runs every test.

PYTHON ?= python3
VENV := .venv
# Labelled scripts for `make bench`, as a path; without them only times are measured.
CORPUS ?=
BIN := $(VENV)/bin

# Local work never asks the cloud's metadata address.
export ALIBABA_CLOUD_ECS_METADATA_DISABLED = true

.PHONY: demo test check format bench conformance clean

demo: $(VENV)/.installed
	@$(BIN)/cloud-assistant-mcp demo

test: $(VENV)/.dev
	@$(BIN)/python -m pytest --numprocesses=2 --dist=worksteal --cov --cov-report=term

check: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/.dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(VENV)/.dev
	@$(BIN)/python -m benchmarks.startup
	@$(BIN)/python -m benchmarks.creation
	@$(BIN)/python -m benchmarks.preview
	@$(BIN)/python -m benchmarks.guardrails $(CORPUS)

conformance: $(VENV)/.installed
	@$(BIN)/python conformance/run.py

clean:
	rm -rf $(VENV) conformance/node_modules

# Each stamp is newer than the environment it stands for, so that only what is missing is made.
$(VENV)/.made:
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.made pyproject.toml constraints.txt
	@echo "Installing cloud-assistant-mcp into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.installed
	@echo "Installing the development tools ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt "pip>=25.1"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --group dev
	@touch $@
