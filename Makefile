# Each target does everything it needs from a bare clone.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
CLIENT := client-vscode
EVALS  := evals/.venv/.installed evals/node_modules/.installed
# The client's tools need Node 22; rig.sh gives the directory of one, and installs it where there is none.
NODE   := PATH="$$($(CURDIR)/$(CLIENT)/rig.sh node):$$PATH"

.DEFAULT_GOAL := help
.PHONY: help demo test emacs lint format bench bench-peers eval test-evals clean vsix vsix-full test-client test-vscode

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(STAMP): pyproject.toml requirements-dev.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

demo: $(STAMP) ## watch the specialist change a sample project (ARGS=--yes: unattended)
	@$(BIN)/backend-specialist demo $(ARGS)

test: $(STAMP) ## every test: unit, property, end to end, real Neovim, real Emacs where there is one
	$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

emacs: ## install the Emacs of those tests (Debian, as root)
	tests/support/emacs.sh

lint: $(STAMP) ## ruff and mypy --strict; tsc and biome as well, once test-client has installed them
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@if [ -e $(CLIENT)/node_modules/.installed ]; then cd $(CLIENT) && $(NODE) npm run --silent check; fi

format: $(STAMP) ## let ruff rewrite the layout
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(CLIENT)/node_modules/.installed: $(CLIENT)/package-lock.json
	cd $(CLIENT) && $(NODE) npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

vsix: $(STAMP) $(CLIENT)/node_modules/.installed ## the VS Code extension with the server in it
	$(CLIENT)/package.sh

vsix-full: $(STAMP) $(CLIENT)/node_modules/.installed ## the same for this platform, with every dependency: installs offline
	$(CLIENT)/package.sh --full

test-client: $(CLIENT)/node_modules/.installed ## the extension's types, style and unit tests
	cd $(CLIENT) && $(NODE) npm run --silent check && $(NODE) npm run --silent test

test-vscode: vsix vsix-full ## the extension in real VS Code in real Chromium; installs them first
	$(CLIENT)/rig.sh >/dev/null
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r $(CLIENT)/e2e/requirements.txt
	$(BIN)/python -m pytest $(CLIENT)/e2e $(ARGS)

bench: $(STAMP) ## measure speed against the limit of the same run
	@$(BIN)/python -m benchmarks $(ARGS)

bench-peers: $(STAMP) ## the same task through other agents (installs them into a throw-away directory)
	@$(BIN)/python -m benchmarks.peers

# The tasks' frameworks are not the product's, so they have an environment of their own.
evals/.venv/.installed: evals/requirements.txt
	$(PYTHON) -m venv evals/.venv
	evals/.venv/bin/python -m pip install --quiet --disable-pip-version-check -r evals/requirements.txt
	@touch $@

evals/node_modules/.installed: evals/package-lock.json
	cd evals && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

eval: $(STAMP) $(EVALS) ## tasks with hidden tests: MODEL=anthropic/… asks that model, MODEL=scripted/solution none
	@$(BIN)/python -m evals --model $(or $(MODEL),$(error name a model: make eval MODEL=anthropic/NAME)) $(ARGS)

test-evals: $(STAMP) $(EVALS) ## the tasks themselves: solutions pass, starts fail, cheating fails
	$(BIN)/python -m pytest -n auto evals/tests $(ARGS)

clean: ## remove what the other targets made
	rm -rf $(VENV) evals/.venv evals/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis dist $(CLIENT)/dist $(CLIENT)/wheels $(CLIENT)/node_modules
