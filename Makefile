# Two commands: `make demo` shows the fictional county, `make test` runs every check.
CARGO ?= cargo
WEB_STAMP := web/node_modules/.package-lock.json
WEB_SOURCES := $(shell find web/src web/index.html web/vite.config.ts web/openapi.json -type f ! -name api.gen.ts)

# Processors from before 2013 lack what .cargo/config.toml builds for.
ifeq ($(shell grep -c -m1 avx2 /proc/cpuinfo 2>/dev/null),0)
ifeq ($(shell uname -m),x86_64)
export RUSTFLAGS :=
endif
endif

# The versions of Cargo.lock, never newer ones.
LOCKED := --locked
# The program as the tests build it: an example needs what tests need, so that nothing is built twice.
BUILD = $(CARGO) build $(LOCKED) --bins --example openapi

.PHONY: demo test api-test kill-test fault-test proj-test web deny advisories rust-test web-test browser-test bench bench-kernels bench-geocode fuzz openapi fmt clean

## The front end, a release build, the fictional county, a server; prints the address.
demo: web
	$(CARGO) run $(LOCKED) --release --quiet -- demo

## Formatting, lints, Rust tests, doc tests, documentation, coordinate systems by PROJ, front-end tests, browser tests, licences.
test: rust-test proj-test web-test browser-test deny

rust-test: web
	$(CARGO) fmt --check
	$(CARGO) clippy $(LOCKED) --all-targets -- -D warnings
	if $(CARGO) nextest --version >/dev/null 2>&1; then $(CARGO) nextest run $(LOCKED); else $(CARGO) test $(LOCKED) --lib --bins --tests; fi
	$(CARGO) test $(LOCKED) --doc
	$(CARGO) test $(LOCKED) --bench kernels
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc $(LOCKED) --no-deps --document-private-items

## The build that reads coordinates of any system; `.ci/run` installs what it needs, elsewhere it is skipped if not there.
proj-test: web
	if command -v cmake >/dev/null && command -v sqlite3 >/dev/null; then \
	  $(CARGO) clippy $(LOCKED) --features proj --lib --bins -- -D warnings && $(CARGO) test $(LOCKED) --features proj --lib crs; \
	elif [ -z "$$CI" ]; then echo "cmake or sqlite3 is not installed: coordinate systems by PROJ were not tested"; \
	else echo "cmake or sqlite3 is not installed"; exit 1; fi

## Licences, bans and sources of the dependencies; `.ci/run` installs cargo-deny, elsewhere it is skipped if not there.
deny:
	if $(CARGO) deny --version >/dev/null 2>&1; then $(CARGO) deny $(LOCKED) check licenses bans sources; \
	elif [ -z "$$CI" ]; then echo "cargo-deny is not installed: licences and sources were not looked at"; \
	else echo "cargo-deny is not installed"; exit 1; fi

## Known faults of the dependencies; needs the advisory database, which is fetched from the network.
advisories:
	$(CARGO) deny $(LOCKED) check advisories

web-test: $(WEB_STAMP)
	cd web && npm run --silent check && npm run --silent test

browser-test: web
	$(BUILD)
	cd web && PLACES_BIN="$$($(CARGO) metadata $(LOCKED) --format-version 1 --no-deps | node -p 'JSON.parse(require("fs").readFileSync(0)).target_directory')/debug/places" npm run --silent e2e

## The interface against its own description: spectral with the OWASP rules, schemathesis with all checks; 200 examples
## an operation, or as many as API_EXAMPLES says. Needs Python and npm; what it installs lies under the target directory.
api-test:
	mkdir -p web/dist
	$(BUILD)
	target="$$($(CARGO) metadata $(LOCKED) --format-version 1 --no-deps | node -p 'JSON.parse(require("fs").readFileSync(0)).target_directory')"; \
	tests/api/run "$$target/debug/places" "$$target/api-test"

## Two hundred kills in each command that writes; half an hour.
kill-test: web
	PLACES_KILLS=200 $(CARGO) test --test it kills:: -- --nocapture

## A thousand deliveries with faults beside the same without; half an hour.
fault-test: web
	PLACES_PAIRS=1000 $(CARGO) test $(LOCKED) --test it faults:: -- --nocapture

## The built front end, which release builds hold inside.
web: web/dist/index.html

web/dist/index.html: $(WEB_STAMP) $(WEB_SOURCES)
	cd web && npm run --silent build

$(WEB_STAMP): web/package.json web/package-lock.json
	cd web && npm ci
	touch $@

## The description of the interface that the front end's types are made from.
openapi:
	$(CARGO) run $(LOCKED) --quiet --example openapi > web/openapi.json

## Speed and memory beside peer or floor, with a check of the answers; takes minutes. See benches/README.md.
bench:
	$(CARGO) bench $(LOCKED) --bench performance

## The innermost work beside plain baselines. `make test` runs each kernel once, unoptimized, for its checks.
bench-kernels:
	$(CARGO) bench $(LOCKED) --bench kernels

## The fuzzed readers under libFuzzer, five minutes each; needs cargo-fuzz. FUZZ_SECONDS=n for another time.
FUZZ_SECONDS ?= 300
fuzz:
	for target in fuzz/fuzz_targets/*.rs; do \
	  RUSTC_BOOTSTRAP=1 $(CARGO) fuzz run $$(basename $$target .rs) -- -max_total_time=$(FUZZ_SECONDS) -max_len=16384 || exit 1; done

## The geocoder on a corpus of texts with planted truth, and on unseen months; minutes. PLACES_BENCH_SEED=n for another.
bench-geocode:
	$(CARGO) bench $(LOCKED) --bench geocoding

fmt:
	$(CARGO) fmt

clean:
	$(CARGO) clean
	rm -rf web/node_modules web/dist
