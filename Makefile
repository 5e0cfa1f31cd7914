# Every target sets up what it needs: Python packages in target/venv, binaries in target/lambda.
# What is missing on the machine itself is said in one line.

PYTHON ?= python3
# Processor of the binaries: this machine's, unless `make build ARCH=arm64` (or x86_64) says otherwise.
ARCH ?=
# `make demo KEEP=1` leaves LocalStack running.
KEEP ?=
# `make demo ORGANIZATION=1` and `make bench ORGANIZATION=1`: a hub and the accounts of an organization.
ORGANIZATION ?=
# `make pebble CERTBOT=1`: certbot gets certificates from the same server.
CERTBOT ?=
# `make simulate SEEDS=200 WORLD=faulty`: how many worlds, and of which kind.
SEEDS ?= 20
WORLD ?= mixed
# `make years WORLDS=10`: how many of the fixed worlds.
WORLDS ?= 40

# `make mutate-events MUTATED_EVENTS=1000000`: how many for each function.
MUTATED_EVENTS ?= 100000

# `make deny CHECKS="bans licenses sources"`: what cargo-deny checks.
CHECKS ?= all
# `make fuzz FUZZ_SECONDS=3600`: how long.
FUZZ_SECONDS ?= 60
# `make policies GRANTS=organization.json OPTIONS="--hub 123456789012"`: from which grants, and what infra/policies.py --help shows.
GRANTS ?=
OPTIONS ?=
# `make mutants SINCE=origin/main`: only in lines changed since then. Without it: all of MUTATED.
SINCE ?=
MUTATED := 'functions/*/src/policy/**' 'functions/*/src/preflight/**' 'functions/*/src/renewal/acm_state.rs' \
	'shared/certificates/src/**'

FUNCTIONS := expiry-events imported-renewal dns-validation compliance-rules certificate-inventory activity-guard
VENV := target/venv
# A LocalStack that is not this machine's (AWS_ENDPOINT_URL) needs what is built for Lambda.
DEMO_BUILD := $(if $(AWS_ENDPOINT_URL),build simulated-aws,demo-build)
UNOPTIMIZED := target/unoptimized
DEMO_ARTIFACTS := $(if $(AWS_ENDPOINT_URL),target/lambda,$(UNOPTIMIZED))
# Cargo decides itself how many jobs it runs.
ALONE := env -u MAKEFLAGS
CARGO := $(ALONE) cargo
MAKE_QUIETLY := $(MAKE) --no-print-directory

.DEFAULT_GOAL := help
.PHONY: help demo demo-build test bench lint clippy checks unit-build unit mutate-events years simulate e2e e2e-unoptimized copy-functions pebble browser build simulated-aws acme-account deny fuzz fidelity venv venv-build need-rust need-python mutants package policies sbom actionlint

help:  ## Shows this.
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# pip mostly waits, so it runs beside the compiler.
demo:  ## Watches real certificates being renewed on LocalStack. ORGANIZATION=1: from a hub, in several accounts. KEEP=1 leaves it running.
	@$(MAKE_QUIETLY) --jobs=2 $(DEMO_BUILD) venv
	@KEEP=$(KEEP) ORGANIZATION=$(ORGANIZATION) ARTIFACTS=$(DEMO_ARTIFACTS) $(VENV)/bin/python localstack-tests/demo.py

# One build in the dev profile, for this machine: half the time of release builds, which the end-to-end tests run.
demo-build: need-rust
	@echo "Building $(FUNCTIONS), acme-account, certificate-report and simulated-aws (the first time takes some minutes)"
	$(CARGO) build --locked $(addprefix --package ,$(FUNCTIONS) acme-account certificate-report simulated-aws) --features server
	@mkdir -p target/demo
	@$(MAKE_QUIETLY) copy-functions
	@cp $${CARGO_TARGET_DIR:-target}/debug/certificate-report target/demo/

# Clippy's lints while the tests are compiled: see the script. The same is denied as by `make clippy`.
test: export RUSTC_WORKSPACE_WRAPPER = $(CURDIR)/.ci/rustc-with-clippy
test: export CLIPPY_ARGS = -D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__
# Nothing is compiled a second time, and only debuggers need more than the place of a panic.
test: export CARGO_INCREMENTAL = 0
test: export CARGO_PROFILE_DEV_DEBUG = false
# The end-to-end tests run what the unit tests were built with: optimizing the functions for Lambda takes a quarter of an hour
# more. `make e2e` runs those, and so does CI, in a job of its own. Side by side: pip and the compiler; worlds and mutated events,
# which use one core each.
test:  ## Everything that CI runs, but for the end-to-end tests with the binaries for Lambda.
	@$(MAKE_QUIETLY) --jobs=3 venv venv-build unit-build
	@$(MAKE_QUIETLY) checks
	@$(MAKE_QUIETLY) --jobs=2 unit mutate-events MUTATED_EVENTS=20000
	@$(MAKE_QUIETLY) years e2e-unoptimized WORLDS=20

lint: clippy checks  ## Formatting, clippy with warnings denied, cfn-lint.

# What `make lint` checks besides clippy.
checks: venv
	$(CARGO) fmt --all --check
	$(VENV)/bin/python infra/rules.py --check
	$(VENV)/bin/python infra/readme.py
	$(VENV)/bin/python shared/testing/simulated-aws/parameter-rules/generate.py --check
	$(VENV)/bin/cfn-lint infra/template.yaml infra/compliance-rules.yaml infra/certificate-inventory.yaml infra/activity-guard.yaml infra/activity-guard-us-east-1.yaml infra/zone-role.yaml infra/acme-role.yaml infra/spoke.yaml infra/config-aggregator.yaml infra/conformance-pack.yaml
	$(VENV)/bin/python localstack-tests/check_schemas.py

clippy: need-rust
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings

unit-build: need-rust
	$(CARGO) test --workspace --locked --no-run

unit: need-rust  ## Unit, property and handler tests. They need no network.
	$(CARGO) test --workspace --locked --no-fail-fast

mutate-events: need-rust  ## 100,000 mutated events into each function, as many mutated items into the rules: none may panic.
	PROPTEST_CASES=$(MUTATED_EVENTS) $(CARGO) test --locked --workspace --no-fail-fast --lib --test suite -- \
		mutated_events_never_panic no_event_makes_it_panic no_item_makes_a_rule_panic

simulate: need-rust  ## Years of certificate operations under faults: SEEDS worlds of a kind (WORLD).
	$(CARGO) run --locked --profile simulation -p simulation --bin simulate -- --seeds $(SEEDS) --world $(WORLD)

# Built as for the unit tests, with their overflow checks: cargo builds the programs of a crate for its tests.
years: need-rust  ## WORLDS (40) worlds of 50 certificates over 3 years, always the same: every invariant holds.
	$(CARGO) test --workspace --locked --no-run --test worlds
	$${CARGO_TARGET_DIR:-target}/debug/simulate \
		--world mixed --from 0 --seeds $(WORLDS) --certificates 50 --days 1095

# Its own environment: no package of the tests runs in what builds the binaries.
build: need-rust venv-build  ## Binaries for Lambda in target/lambda.
	@$(ALONE) env -u RUSTC_WORKSPACE_WRAPPER $(PYTHON) localstack-tests/build.py $(if $(ARCH),--arch $(ARCH)) $(FUNCTIONS)

e2e: build simulated-aws acme-account venv  ## End-to-end tests on LocalStack (or on AWS_ENDPOINT_URL) with the binaries for Lambda.
	$(VENV)/bin/python -m pytest localstack-tests

# As for the unit tests: cargo builds the programs of a crate for its tests.
e2e-unoptimized: need-rust venv venv-build
	$(CARGO) test --workspace --locked --no-run
	@$(MAKE_QUIETLY) copy-functions
	ARTIFACTS=$(UNOPTIMIZED) $(VENV)/bin/python -m pytest localstack-tests

# From the dev profile to where the templates of the tests and of the demo find them.
copy-functions:
	@for function in $(FUNCTIONS); do \
		mkdir -p $(UNOPTIMIZED)/$$function; \
		cp $${CARGO_TARGET_DIR:-target}/debug/$$function $(UNOPTIMIZED)/$$function/bootstrap; done

# As for the unit tests, so that nothing is compiled for it alone: cargo builds the programs of a crate for its tests.
simulated-aws: need-rust
	$(CARGO) test --workspace --locked --no-run --test serving

# The operator's command, which registers the accounts of the tests.
acme-account: need-rust
	$(CARGO) test --workspace --locked --no-run --test command

# Not part of `make test`: it is about what others wrote, and takes two minutes after the build.
fidelity: simulated-aws venv  ## moto's own tests against simulated-aws: which pass, and why the others do not.
	$(VENV)/bin/python shared/testing/simulated-aws/moto-tests/run.py

# Not part of `make test`: Pebble is a package of Debian sid, which not every machine can have. CI runs it all the same.
pebble: build simulated-aws acme-account venv  ## Renews from Pebble, the ACME test server of Let's Encrypt. CERTBOT=1 next to certbot.
	@$(if $(CERTBOT),$(PYTHON) localstack-tests/setup_venv.py certbot >/dev/null)
	@env -u AWS_ENDPOINT_URL CERTBOT=$(CERTBOT) $(VENV)/bin/python localstack-tests/pebble_renewals.py

# Not part of `make test`: Chromium is a package of the machine. Where it is missing, every test is skipped, which is said.
browser: need-rust  ## Tests the inventory's HTML report in headless Chromium: clicks, keyboard, contrast, time. Needs chromium and chromedriver.
	$(CARGO) run --quiet --locked -p inventory-report --features sample --example sample-report -- target/browser/pages
	@$(PYTHON) localstack-tests/setup_venv.py browser >/dev/null
	target/venv-browser/bin/python -m pytest localstack-tests/browser

bench: need-rust simulated-aws venv venv-build  ## Start time, size and memory of each function, next to others. ORGANIZATION=1: sweeps of 1,000 accounts.
	@$(ALONE) $(PYTHON) localstack-tests/build.py $(FUNCTIONS) empty-function
	@$(CARGO) build --locked --profile simulation --package simulated-aws --features server
	@$(PYTHON) localstack-tests/setup_venv.py custodian >/dev/null
	@$(VENV)/bin/python $(if $(ORGANIZATION),localstack-tests/bench_organization.py,localstack-tests/bench.py $(FUNCTIONS))

# Not part of `make test`: advisories come from a database on the internet, and cargo-deny takes minutes to compile.
deny: need-rust  ## Licences, sources and known vulnerabilities of the dependencies. CHECKS="bans licenses sources" needs no internet.
	@cargo deny --version >/dev/null 2>&1 || cargo install --locked cargo-deny@0.20.2
	cargo deny check $(CHECKS)

# Not part of `make test`, which reads the committed corpus only: the fuzzer needs nightly Rust. New inputs go to target/fuzz.
fuzz: need-rust  ## Looks for secrets that make certificate-bundle panic: FUZZ_SECONDS. Needs nightly Rust and cargo-fuzz.
	@cargo +nightly --version >/dev/null 2>&1 || { echo "Nightly Rust is missing: rustup toolchain install nightly"; exit 1; }
	@cargo fuzz --version >/dev/null 2>&1 || { echo "cargo-fuzz is missing: cargo install --locked cargo-fuzz"; exit 1; }
	@mkdir -p target/fuzz/read
	cd shared/certificate-bundle && $(ALONE) cargo +nightly fuzz run --target-dir ../../target/fuzz/build read \
		../../target/fuzz/read fuzz/corpus/read -- -max_total_time=$(FUZZ_SECONDS) -max_len=65536 -timeout=20

# Not part of `make test`: each mutant is a build and a test run.
mutants: need-rust  ## Breaks policies and shared domain code in one place at a time: does a test fail? SINCE=origin/main for a change.
	@cargo mutants --version >/dev/null 2>&1 || cargo install --locked cargo-mutants@27.1.0
	$(if $(SINCE),git diff $(SINCE)... > target/mutants.diff)
	cargo mutants --output target $(foreach pattern,$(MUTATED),--file $(pattern)) \
		$(if $(SINCE),--in-diff target/mutants.diff) --cargo-arg=--locked --cargo-test-arg=--lib

# For `sam deploy` without Rust, and for releases.
package: build  ## Templates and functions in one zip in target/package. ARCH=arm64 or x86_64.
	@$(PYTHON) infra/package.py --arch $(or $(ARCH),x86_64)

policies: need-python  ## Service control policies and roles of private CAs in target/policies, from GRANTS=file. OPTIONS for more.
	@test -n "$(GRANTS)" || { echo "GRANTS is missing: a file with grants or organization settings, or - for standard input"; exit 2; }
	@$(PYTHON) -B infra/policies.py "$(GRANTS)" $(OPTIONS)

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
