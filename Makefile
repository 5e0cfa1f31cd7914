# Every target sets up what it needs: Python packages in target/venv, binaries in target/lambda.
# What is missing on the machine itself is said in one line.

PYTHON ?= python3
# Processor of the binaries: this machine's, unless `make build ARCH=arm64` (or x86_64) says otherwise.
ARCH ?=
# `make demo KEEP=1` leaves LocalStack running.
KEEP ?=
# `make simulate SEEDS=200 WORLD=faulty`: how many worlds, and of which kind.
SEEDS ?= 20
WORLD ?= mixed

# `make deny CHECKS="bans licenses sources"`: what cargo-deny checks.
CHECKS ?= all
# `make mutants SINCE=origin/main`: only in lines changed since then. Without it: all of MUTATED.
SINCE ?=
MUTATED := 'functions/*/src/policy/**' 'functions/*/src/policy.rs' 'functions/*/src/preflight/**' \
	'functions/*/src/preflight.rs' 'shared/certificates/src/**'

FUNCTIONS := expiry-events imported-renewal dns-validation compliance-rules
VENV := target/venv

.DEFAULT_GOAL := help
.PHONY: help demo test bench lint unit mutate-events years simulate e2e build deny venv venv-build need-rust need-python mutants package sbom actionlint

help:  ## Shows this.
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build venv  ## Watches real certificates being renewed on LocalStack. KEEP=1 leaves it running.
	@KEEP=$(KEEP) $(VENV)/bin/python localstack-tests/demo.py

test: lint unit years mutate-events build e2e  ## Everything that CI runs.

lint: need-rust venv  ## Formatting, clippy with warnings denied, cfn-lint.
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	$(VENV)/bin/python infra/rules.py --check
	$(VENV)/bin/python infra/readme.py
	$(VENV)/bin/cfn-lint infra/template.yaml infra/zone-role.yaml infra/conformance-pack.yaml
	$(VENV)/bin/python localstack-tests/check_schemas.py

unit: need-rust  ## Unit, property and handler tests. They need no network.
	cargo test --workspace --locked --no-fail-fast

mutate-events: need-rust  ## 100,000 mutated events into each function, as many mutated items into the rules: none may panic.
	PROPTEST_CASES=100000 cargo test --locked --workspace --no-fail-fast --lib --test suite -- \
		mutated_events_never_panic no_event_makes_it_panic no_item_makes_a_rule_panic

simulate: need-rust  ## Years of certificate operations under faults: SEEDS worlds of a kind (WORLD).
	cargo run --locked --profile simulation -p simulation --bin simulate -- --seeds $(SEEDS) --world $(WORLD)

years: need-rust  ## 200 worlds of 50 certificates over 3 years, always the same: every invariant holds.
	cargo run --locked --profile simulation -p simulation --bin simulate -- \
		--world mixed --from 0 --seeds 200 --certificates 50 --days 1095

# Its own environment: no package of the tests runs in what builds the binaries.
build: need-rust venv-build  ## Binaries for Lambda in target/lambda.
	@$(PYTHON) localstack-tests/build.py $(if $(ARCH),--arch $(ARCH)) $(FUNCTIONS)

e2e: build venv  ## End-to-end tests on LocalStack (or on AWS_ENDPOINT_URL) with the built binaries.
	$(VENV)/bin/python -m pytest localstack-tests

bench: need-rust venv venv-build  ## Start time, size and memory of each function, and more, next to others.
	@$(PYTHON) localstack-tests/build.py $(FUNCTIONS) empty-function
	@cargo build --locked --profile simulation --package simulated-aws --features server
	@$(PYTHON) localstack-tests/setup_venv.py custodian >/dev/null
	@$(VENV)/bin/python localstack-tests/bench.py $(FUNCTIONS)

# Not part of `make test`: advisories come from a database on the internet, and cargo-deny takes minutes to compile.
deny: need-rust  ## Licences, sources and known vulnerabilities of the dependencies. CHECKS="bans licenses sources" needs no internet.
	@cargo deny --version >/dev/null 2>&1 || cargo install --locked cargo-deny@0.20.2
	cargo deny check $(CHECKS)

# Not part of `make test`: each mutant is a build and a test run.
mutants: need-rust  ## Breaks policies and shared domain code in one place at a time: does a test fail? SINCE=origin/main for a change.
	@cargo mutants --version >/dev/null 2>&1 || cargo install --locked cargo-mutants@27.1.0
	$(if $(SINCE),git diff $(SINCE)... > target/mutants.diff)
	cargo mutants --output target $(foreach pattern,$(MUTATED),--file $(pattern)) \
		$(if $(SINCE),--in-diff target/mutants.diff) --cargo-arg=--locked --cargo-test-arg=--lib

# For `sam deploy` without Rust, and for releases.
package: build  ## Templates and functions in one zip in target/package. ARCH=arm64 or x86_64.
	@$(PYTHON) infra/package.py --arch $(or $(ARCH),x86_64)

sbom: need-rust  ## What each function is made of, as CycloneDX, in target/package.
	@cargo cyclonedx --version >/dev/null 2>&1 || cargo install --locked cargo-cyclonedx@0.5.9
	@mkdir -p target/package
	@for function in $(FUNCTIONS); do \
		cargo cyclonedx --quiet --format json --manifest-path functions/$$function/Cargo.toml || exit 1; \
		mv functions/$$function/$$function.cdx.json target/package/; done

actionlint:  ## Checks .github/workflows. Installs actionlint with Go if it is missing.
	@command -v actionlint >/dev/null || go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
	@PATH="$$PATH:$$(go env GOPATH 2>/dev/null)/bin" actionlint

venv: need-python
	@$(PYTHON) localstack-tests/setup_venv.py >/dev/null

venv-build: need-python
	@$(PYTHON) localstack-tests/setup_venv.py build >/dev/null

need-rust:
	@command -v cargo >/dev/null || { echo "Rust is missing: install it from https://rustup.rs"; exit 1; }

need-python:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is missing; set PYTHON if it has another name"; exit 1; }
