# Everything a person types. Set-up happens by itself and only when a lock file changed.
SHELL := /bin/sh
PYTHON ?= python3
CHAIN ?= ganache
STORY ?= confirmation
DATABASE ?= sqlite
SEED ?= 1
SCALE ?= 100
CASES ?= 2000
DEFAULT_RATE_BPS ?= 400
DISPUTE_RATE_BPS ?= 300
export CHAIN DATABASE
export PATH := $(CURDIR)/toolchain:$(CURDIR)/.venv/bin:$(PATH)
export PYTHONDONTWRITEBYTECODE := 1
# A company's own certificate authority is in the system's store, not in uv's.
export UV_SYSTEM_CERTS := 1

bin := .venv/bin
pytest := $(bin)/python -m pytest -p no:pytest-brownie
# What runs on PostgreSQL too in every 'make test': all that writes, indexes, sends, pages and keeps.
on_both := $(addprefix tests/backend/unit/,test_audit.py test_database.py test_migrations.py projections/test_indexer.py \
	chain/test_sender.py chain/test_endings.py) $(addprefix tests/backend/integration/,api/test_idempotency.py api/test_pages.py \
	chain/test_races.py chain/test_crashes.py indexer runs test_backup.py test_reconcile.py)
# What shows, and never sends by itself: it is played on Anvil, which takes half the time of Ganache.
on_anvil := $(addprefix tests/,e2e/pages backend/integration/pages backend/integration/certificates)
# Where money or a nonce would be lost: every line and every branch has a test.
covered_whole := $(addprefix backend/,chain/outbox.py chain/sender.py chain/endings.py chain/replacements.py \
	projections/indexer.py projections/reader.py projections/rows.py projections/journal.py projections/feed.py \
	projections/ledger.py money.py loan_arithmetic.py)
json := $(if $(filter 1,$(JSON)),--json,)

.DEFAULT_GOAL := help
.PHONY: help setup demo region up down network network-down \
	test test-backend test-contracts test-pages test-torture test-postgresql test-invariants \
	prove prove-mutants mutate-contracts slither differential torture fuzz-api verify-build sbom audit bandit lint format \
	coverage gas screenshots bench bench-index bench-network bench-pages bench-reads bench-live compile lock clean

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.ready node_modules/.ready ## install all that is needed (the other targets do it too)

.venv/.ready: requirements.txt requirements-uv.txt pyproject.toml toolchain/prepare_brownie.py
	@$(PYTHON) -c 'import sys; assert (3, 11) <= sys.version_info < (3, 14), "Python 3.11 to 3.13 is needed, this is " + sys.version' >&2
	@echo "· Python packages" >&2
	@test -x $(bin)/python || $(PYTHON) -m venv .venv
	@$(bin)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-uv.txt >&2
	@$(bin)/uv pip install -q --python $(bin)/python --no-deps --require-hashes -r requirements.txt
	@$(bin)/uv pip install -q --python $(bin)/python --no-deps --no-build-isolation -e .
	@$(bin)/python toolchain/prepare_brownie.py
	@touch $@

.venv-sec/.ready: requirements-sec.txt | .venv/.ready
	@echo "· Halmos and Slither, in an environment of their own" >&2
	@test -x .venv-sec/bin/python || $(bin)/python -m venv --without-pip .venv-sec
	@$(bin)/uv pip install -q --python .venv-sec/bin/python --no-deps --require-hashes -r requirements-sec.txt
	@touch $@

.venv-fuzz/.ready: requirements-fuzz.txt | .venv/.ready
	@echo "· Schemathesis, in an environment of its own that the backend's stands behind" >&2
	@test -x .venv-fuzz/bin/python || $(bin)/python -m venv --without-pip .venv-fuzz
	@$(bin)/uv pip install -q --python .venv-fuzz/bin/python --no-deps --require-hashes -r requirements-fuzz.txt
	@$(bin)/python -c 'import site; print(site.getsitepackages()[0])' \
		> "$$(.venv-fuzz/bin/python -c 'import site; print(site.getsitepackages()[0])')/backend.pth"
	@touch $@

node_modules/.ready: package.json package-lock.json | .venv/.ready
	@echo "· Node packages: Ganache, Anvil, forge, the Solidity compiler" >&2
	@toolchain/npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
	@touch $@

demo: setup ## from an invoice to the final holder's cash, with a proof at the end (STORY=dispute, STORY=default, STORY=oil; NETWORK=poa; JSON=1)
	@$(bin)/feiqian --chain $(CHAIN) demo --story $(STORY) $(if $(NETWORK),--network $(NETWORK)) $(json)

region: setup ## 50 core enterprises, 2,000 suppliers: played, proven, reported (SEED=, SCALE= per cent, DEFAULT_RATE_BPS=, DISPUTE_RATE_BPS=)
	@$(bin)/feiqian --chain $(CHAIN) region --seed $(SEED) --scale $(SCALE) \
		--default-rate-bps $(DEFAULT_RATE_BPS) --dispute-rate-bps $(DISPUTE_RATE_BPS) $(json)

up: setup ## start the network and the API and leave them running
	@$(bin)/feiqian --chain $(CHAIN) up --detach

down: setup ## end what 'make up' started
	@$(bin)/feiqian down

network: setup ## start four geth validators (Clique) on loopback and leave them running
	@$(bin)/feiqian network up

network-down: setup ## end them; their chain stays
	@$(bin)/feiqian network down

bench-network: setup ## throughput, block time and finality of four validators, and of three
	@$(bin)/python scripts/bench_network.py $(json)

test: setup ## all tests (CHAIN=anvil runs them on Anvil, DATABASE=postgresql all on PostgreSQL)
	@toolchain/components
	@$(MAKE) --no-print-directory -j2 test-backend test-contracts test-pages test-torture $(if $(filter postgresql,$(DATABASE)),,test-postgresql)
	@$(MAKE) --no-print-directory test-invariants

test-backend: setup
	$(pytest) -q tests/backend tests/model tests/e2e $(addprefix --ignore ,$(on_anvil))

test-pages: setup
	CHAIN=anvil $(pytest) -q $(on_anvil)

test-torture: setup
	CHAIN=anvil $(pytest) -q tests/torture

test-postgresql: setup
	DATABASE=postgresql CHAIN=anvil $(pytest) -q $(on_both)

test-contracts: setup
	@$(bin)/python toolchain/prepare_brownie.py
	$(bin)/brownie test --network feiqian-anvil
ifneq ($(CHAIN),anvil)
	$(bin)/brownie test tests/contracts/Repayments --network feiqian-$(CHAIN)
endif

test-invariants: setup
	$(bin)/python scripts/run_invariants.py $(json)

differential: setup ## a million lives of loans and claims, contracts = model to the fen (SCHEDULES=, SEED=, JOBS=)
	@$(bin)/python scripts/differential.py $(json)

torture: setup ## schedules of faults, reorganisations and kills: 0 lost, 0 doubled (ROUNDS=long, SEED=, JOBS=, DATABASE=postgresql)
	@toolchain/components
	@CHAIN=$(if $(filter file,$(origin CHAIN)),anvil,$(CHAIN)) $(bin)/python scripts/torture.py $(json)

prove: setup .venv-sec/.ready ## proofs of the contracts, by Halmos (ONLY="words of their names")
	@$(bin)/python scripts/run_proofs.py $(ONLY) $(json)

prove-mutants: setup .venv-sec/.ready ## whether each proof finds a contract that was broken for it (ONLY=…)
	@$(bin)/python scripts/run_proofs.py --mutants $(ONLY) $(json)

mutate-contracts: setup ## break the contracts one place at a time: which test notices (SAMPLE=300, SEED=, ONLY=Loans,Notes)
	@$(bin)/python toolchain/prepare_brownie.py
	@$(bin)/python scripts/mutate_contracts.py $(json)

slither: setup .venv-sec/.ready ## static analysis of the contracts; each finding is explained in contracts/slither.toml
	@$(bin)/python scripts/run_slither.py $(json)

verify-build: setup ## build the contracts anew and compare with the deployment, and with the chain while 'make up' runs
	@$(bin)/feiqian --chain $(CHAIN) verify-build $(json)

sbom: setup ## bill of materials, CycloneDX 1.6, to reports/sbom.cdx.json: Python, npm, the compiler
	@$(bin)/python scripts/make_sbom.py

audit: setup .venv-sec/.ready ## locked packages against PyPI's and npm's advisories; 1: something is weak, 2: they did not answer
	@$(bin)/python scripts/lock_files.py
	@$(bin)/python scripts/audit_dependencies.py

bandit: setup ## static analysis of the Python code; what is accepted is explained in place or in pyproject.toml
	$(bin)/bandit -q -c pyproject.toml -r backend scripts toolchain

fuzz-api: setup .venv-fuzz/.ready ## requests that nobody thought of, as every role (CASES=100000 takes an hour, SEED=)
	@CHAIN=anvil .venv-fuzz/bin/python scripts/fuzz_api.py --cases $(CASES) --seed $(SEED) $(json)

lint: setup bandit ## ruff, mypy, import rules, bandit, solhint
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/mypy
	$(bin)/lint-imports --no-cache
	toolchain/node node_modules/solhint/solhint.js --disc --noPoster --max-warnings 0 'contracts/**/*.sol'

format: setup ## write the code the way the linter wants it
	$(bin)/ruff check --fix-only -q .
	$(bin)/ruff format -q .

coverage: setup ## line and branch coverage of the backend and of the contracts
	@toolchain/components
	$(pytest) -q --cov --cov-report=
	DATABASE=postgresql CHAIN=anvil $(pytest) -q --cov --cov-append --cov-report= $(on_both)
	@$(bin)/python scripts/coverage_backend.py $(covered_whole)
	$(bin)/python scripts/coverage_contracts.py $(json)

gas: setup ## gas of every act against its ceiling
	@$(bin)/python scripts/bench_gas.py

screenshots: setup ## pictures of every page, in both languages, on a desk and on a phone, to docs/screenshots
	@toolchain/components
	CHAIN=anvil $(pytest) -q tests/e2e/pages/screenshots.py

bench-index: setup ## how fast the indexer reads an existing chain, beside get_logs and ORM (CHAIN=anvil)
	@$(bin)/python scripts/bench_index.py

bench: setup ## acts a second, HTTP in to read model, over the node's own ceiling (CHAIN=anvil)
	@$(bin)/python scripts/bench.py $(json)

bench-pages: setup ## how long the server takes for each page, 10,000 receivables, SQLite
	@$(bin)/python scripts/bench_pages.py

bench-live: setup ## how soon an act is on another's screen, block to browser (CHAIN=anvil)
	@toolchain/components
	@$(bin)/python scripts/bench_live.py

bench-reads: setup ## what lists cost at each size, and answers at 200 requests/s (SIZES=1e4,1e5,1e6, SECONDS=60)
	@toolchain/components
	@$(bin)/python scripts/bench_reads.py

compile: setup ## compile the contracts (brownie)
	$(bin)/brownie compile

lock: ## write the lock files again, after a change of pyproject.toml or package.json
	$(bin)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header -q -o requirements.txt
	$(bin)/uv pip compile --group sec --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header -q -o requirements-sec.txt
	mkdir -p build && sed -E '/^(hypothesis|pytest)==/,/[^\\]$$/d' requirements.txt > build/behind-fuzz.txt
	$(bin)/uv pip compile --group fuzz --constraints build/behind-fuzz.txt --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header -q -o requirements-fuzz.txt
	toolchain/npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved

clean: ## remove what was built (not the data in var/)
	rm -rf .venv .venv-sec .venv-fuzz node_modules build reports
