# `make help` lists what there is. Everything needs rustup and a C compiler, nothing else; targets
# that measure against a peer or record what a peer does say which one they miss.

CARGO ?= cargo
.DEFAULT_GOAL := help

.PHONY: help
help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: toolchain
toolchain:
	@rustup toolchain install >/dev/null 2>&1 || { echo "The Rust toolchain of rust-toolchain.toml is not installed and rustup's server can't be reached: run 'rustup toolchain install' in this folder once with a connection." >&2; exit 1; }

.PHONY: demo
demo: toolchain ## a registry, the sidecar and an application, from end to end
	$(CARGO) build --locked --workspace --bin tiphys --bin demo
	$${CARGO_TARGET_DIR:-target}/debug/demo $${CARGO_TARGET_DIR:-target}/debug/tiphys

.PHONY: build
build: toolchain ## the tiphys binary: target/release/tiphys
	$(CARGO) build --release --locked -p tiphys

.PHONY: test
test: toolchain ## every test
	$(CARGO) test --locked --workspace

.PHONY: mutations
mutations: toolchain ## each rule taken out, to see a test fail (RULE=R6 for one; changes files meanwhile)
	$(CARGO) test --locked -p tidy --test mutations -- --ignored --nocapture

.PHONY: test-repo-server
test-repo-server: toolchain ## the sockets under a real argocd-repo-server (ARGOCD=its binary)
	$(CARGO) build --locked -p tiphys
	$(CARGO) test --locked -p repo-server-tests -- --nocapture

.PHONY: test-unittest
test-unittest: toolchain ## verdicts on suites of charts (UNITTEST_CHARTS, a folder), against helm-unittest on PATH
	$(CARGO) test --locked --release -p tiphys --test unittest -- --ignored --nocapture

.PHONY: fuzz-helm
fuzz-helm: toolchain ## changed charts against real Helm: helm-4.2, helm-3.21 … on PATH (FUZZ_SECONDS, FUZZ_SEED)
	$(CARGO) test --locked --release -p helm --test corpus fuzz -- --ignored --nocapture

.PHONY: record-charts
record-charts: toolchain ## what real Helm says to the small charts of the helm crate: all of helm-3.16 … helm-4.3 on PATH
	$(CARGO) test --locked -p helm --test charts record -- --ignored

.PHONY: bench-helm
bench-helm: toolchain ## the charts of the corpus against Helm: its engine in-process (needs Go), and helm-4.3 on PATH
	@command -v go >/dev/null || echo "go is not on PATH: Helm's engine is not measured" >&2
	@! command -v go >/dev/null || (cd tests/oracle && go build -o $(CURDIR)/target/helm-engine ./helm)
	$$(command -v go >/dev/null && echo env HELM_ENGINE=$(CURDIR)/target/helm-engine) $(CARGO) bench --locked -p helm --bench corpus

.PHONY: format
format: toolchain ## whether the source is formatted
	$(CARGO) fmt --all --check

.PHONY: check
check: format ## format, lints and documentation
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --workspace --no-deps --quiet

.PHONY: fuzz-functions
fuzz-functions: toolchain ## template functions with random arguments, against Helm's own (needs Go)
	cd tests/oracle && go run ./functions fuzz $${SEED:-$$(date +%s)} $${COUNT:-20000} > $(CURDIR)/target/functions.jsonl
	FUNCTIONS_FUZZ=$(CURDIR)/target/functions.jsonl $(CARGO) test --locked -p helm --test functions fuzzed_cases -- --nocapture

.PHONY: fuzz
fuzz: toolchain ## template and YAML cases against Go (needs Go; COUNT, SEED)
	tests/oracle/fuzz template $${COUNT:-20000} $${SEED:-$$(date +%s)}
	tests/oracle/yaml/build.sh target/oracle-yaml
	$(CARGO) run --locked --release -p goyaml --example oracle -- fuzz target/oracle-yaml $${COUNT:-20000} $${SEED:-$$(date +%s)}

.PHONY: fuzz-targets
fuzz-targets: toolchain ## inputs that a fuzzer makes up (needs cargo-fuzz; FUZZ_SECONDS a target, TARGETS)
	nice tests/fuzz/run $${FUZZ_SECONDS:-60} $(TARGETS)

.PHONY: bench
bench: toolchain ## against Go, Helm and argocd-cmp-server, where they are on PATH; instances, streams, credentials, charts
	$(CARGO) bench --locked -p gotemplate
	$(CARGO) bench --locked -p goyaml
	$(CARGO) bench --locked -p guests --bench instance
	$(CARGO) bench --locked -p cmp --bench receipt
	$(CARGO) bench --locked -p tiphys --bench component
	$(CARGO) bench --locked -p tiphys --bench startup
	$(CARGO) bench --locked -p tiphys --bench pull
	$(CARGO) bench --locked -p tiphys --bench stock
	$(CARGO) bench --locked -p policy
	$(CARGO) bench --locked -p helm --bench engine
	$(CARGO) bench --locked -p helm --bench corpus
