# `make run` and `make test` need nothing but Python 3.11 or newer; everything goes into `.venv`.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
REFERENCE := .venv-reference
REFERENCES := .venv-references
OLDEST := .venv-oldest
ADK := .venv-adk
NODE := conformance/testbeds/chatkit-node-backend-sdk
VERSIONS := $(sort $(patsubst %.txt,%,$(notdir $(wildcard conformance/reference/versions/*.txt))))
PIP := --quiet --disable-pip-version-check

# The first Python that is new enough. `PYTHON=... make run` takes another.
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3 python; do \
	if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$python; break; fi; done)

.PHONY: help run test slow check lint bench oldest reference references node adk results facts record differential faults fuzz load schemas coverage clean environment

help:  ## Show what there is.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/installed-all  ## Serve a backend with the offline demo agent (PORT=8000).
	@$(BIN)/chatkit-wire serve || [ $$? -eq 130 ]

test: $(VENV)/installed-dev reference  ## Run the tests (HYPOTHESIS_PROFILE=dev, ci or nightly: how long properties look).
	$(BIN)/pytest -n 2 -m 'not slow'

slow: $(VENV)/installed-dev reference oldest  ## Run the slow tests, which CI runs too.
	$(BIN)/pytest -n 2 -m slow --durations=20

check: lint  ## Run lint, types and the quick tests.
	$(BIN)/pytest -n 2 -m 'not slow and not reference'

lint: $(VENV)/installed-dev  ## Check style and types.
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

oldest: $(OLDEST)/installed  ## Bring the oldest openai-agents that is supported, which only tests use.

reference: $(REFERENCE)/installed  ## Make the official SDK's own environment, which only tests use.

references: reference $(VERSIONS:%=$(REFERENCES)/%/installed)  ## Make an environment for every version of it that is on record.

facts: references  ## Write down again what the messages of every version are made of.
	@for version in $(VERSIONS); do echo "reading the official SDK $$version ..."; \
		$(REFERENCES)/$$version/bin/python -W ignore conformance/reference/facts.py \
			> conformance/reference/facts/$$version.json || exit 1; done

node: $(NODE)/node_modules/installed  ## Bring the Node SDK, which `make results` compares with.

adk: $(ADK)/installed  ## Make the environment of adk-chatkit, which `make results` compares with.

results: $(VENV)/installed-dev references node adk  ## Test every server that has a test bed here, and write conformance/RESULTS.md (HTML=FILE: a page too).
	$(BIN)/chatkit-wire results $(if $(HTML),--html $(HTML))

record: $(VENV)/installed-dev references  ## Record again what every version says to every scenario (exit 1: something is new).
	$(BIN)/chatkit-wire record-reference

differential: $(VENV)/installed-dev reference  ## Play random conversations against the official SDK and ours (COUNT=300 or SECONDS=..., SEED=...).
	$(BIN)/python -m chatkit_conformance.differential.run --count $(or $(COUNT),300) $(if $(SECONDS),--seconds $(SECONDS)) $(if $(SEED),--seed $(SEED))

faults: $(VENV)/installed-dev  ## Do to a running server whatever happens to servers, and count (RECORD=file keeps the report).
	$(BIN)/pytest -q --tally $(or $(RECORD),-) tests/server/test_faults_*.py tests/server/test_kill.py tests/agents/test_faults_model.py

fuzz: $(VENV)/installed-dev  ## Damage a million bodies and 100,000 HTTP requests (COUNT=, REQUESTS=, SEED=; RECORD=file keeps the report).
	$(BIN)/python -m chatkit_conformance.fuzz.run --bodies $(or $(COUNT),1000000) --requests $(or $(REQUESTS),100000) $(if $(SEED),--seed $(SEED)) $(if $(RECORD),--record $(RECORD))

load: $(VENV)/installed-dev  ## Open a thousand streams at once on one worker, check every event, measure (STREAMS=, SECONDS=; RECORD=file keeps the report).
	$(BIN)/python -m chatkit_conformance.load.run --streams $(or $(STREAMS),1000) --seconds $(or $(SECONDS),20) $(if $(RECORD),--record $(RECORD))

schemas: $(VENV)/installed-dev  ## Write the schemas anew from the types.
	$(BIN)/chatkit-wire schemas schemas --record conformance

coverage: $(VENV)/installed-dev  ## Note which scenarios decide which rules, by playing all of them on our test bed.
	$(BIN)/python -m chatkit_conformance.conform.covering

bench: $(VENV)/installed-dev reference  ## Measure the official SDK beside ours, about ten minutes (QUICK=1: one or two, printed only).
	$(BIN)/python conformance/benchmarks/bench.py $(if $(QUICK),--quick)

clean:  ## Delete the environments; the data stays.
	rm -rf $(VENV) $(REFERENCE) $(REFERENCES) $(OLDEST) $(ADK) $(NODE)/node_modules

# What brings everything also brings what `all` brings.
$(VENV)/installed-all: pyproject.toml constraints.txt
	@$(MAKE) --no-print-directory environment DIR=$(VENV)
	@echo "installing into $(VENV) ..."
	@$(BIN)/python -m pip install $(PIP) -c constraints.txt -e '.[all]'
	@touch $@

$(VENV)/installed-dev: pyproject.toml constraints.txt
	@$(MAKE) --no-print-directory environment DIR=$(VENV)
	@echo "installing into $(VENV), with what tests need ..."
	@$(BIN)/python -m pip install $(PIP) -c constraints.txt -e '.[dev]'
	@touch $@ $(VENV)/installed-all

# The version that tests compare with while they run is the newest of those on record.
# A folder to put before `.venv` on the path: all else is as pinned.
$(OLDEST)/installed: constraints-oldest.txt $(VENV)/installed-dev
	@echo "installing the oldest openai-agents into $(OLDEST) ..."
	@rm -rf $(OLDEST)
	@$(BIN)/python -m pip install $(PIP) --no-deps --target $(OLDEST) -r $<
	@touch $@

$(REFERENCE)/installed: $(REFERENCES)/$(lastword $(VERSIONS))/installed
	@rm -rf $(REFERENCE)
	@ln -s $(<D) $(REFERENCE)

$(REFERENCES)/%/installed: conformance/reference/versions/%.txt
	@$(MAKE) --no-print-directory environment DIR=$(@D)
	@echo "installing the official SDK $* into $(@D) ..."
	@$(@D)/bin/python -m pip install $(PIP) -r $<
	@touch $@

$(ADK)/installed: conformance/testbeds/adk-chatkit/requirements.txt
	@$(MAKE) --no-print-directory environment DIR=$(ADK)
	@echo "installing adk-chatkit into $(ADK) ..."
	@$(ADK)/bin/python -m pip install $(PIP) -r $<
	@touch $@

$(NODE)/node_modules/installed: $(NODE)/package.json
	@echo "installing chatkit-node-backend-sdk into $(NODE) ..."
	@cd $(NODE) && npm install --no-package-lock --no-audit --no-fund --loglevel=error
	@touch $@

environment:
	@if [ -z "$(PYTHON)" ]; then echo "Python 3.11 or newer is needed, and none was found: say PYTHON=/path/to/python make ..." >&2; exit 1; fi
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "$(PYTHON) is no Python 3.11 or newer" >&2; exit 1; }
	@[ -x $(DIR)/bin/python ] || $(PYTHON) -m venv $(DIR)
