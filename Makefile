.DEFAULT_GOAL := help
.PHONY: help setup demo test bench check format lint types imports screenshots lock clean

PYTHON ?= python3
SPEED ?= 1
BIN := .venv/bin
READY := .venv/.ready

help: ## List each target with a sentence
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

setup: $(READY) ## Make .venv and install the pinned dependencies into it

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv --clear .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup ## Run the real bot against the sandbox workspace, in a browser (SPEED=60: a minute plays an hour)
	@SPEED=$(SPEED) exec $(BIN)/python -m demo

# Three at once also on two cores: much of the time of a bot or a browser that starts and stops is spent waiting.
test: setup ## Run every test: SQLite, PostgreSQL, Socket Mode, HTTP, browser (BOTH=1: each end-to-end test over both ways)
	$(BIN)/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder $(if $(BOTH),--every-combination)

bench: setup ## Measure against the references of docs/benchmarks.md (QUICK=1: the short one)
	@$(BIN)/python -m benchmarks $(if $(QUICK),--quick)

check: format lint types imports test ## All that CI runs

format: setup ## Check the formatting
	$(BIN)/ruff format --check .

lint: setup ## Lint
	$(BIN)/ruff check .

types: setup ## Check the types
	$(BIN)/mypy

imports: setup ## Check who may import whom
	$(BIN)/lint-imports

screenshots: setup ## Take the documents' pictures anew from the running demo
	$(BIN)/python -m tests.browser.screenshots

lock: setup ## Pin the dependencies anew, with hashes and without addresses
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes --upgrade \
		--no-emit-index-url --no-emit-find-links --no-header --quiet -o requirements.lock

clean: ## Remove what the other targets made
	rm -rf .venv .demo build *.egg-info .pytest_cache .mypy_cache .ruff_cache
