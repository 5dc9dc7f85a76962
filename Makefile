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

.PHONY: demo test kill-test web rust-test web-test browser-test bench bench-geocode openapi fmt clean

## The front end, a release build, the fictional county, a server; prints the address.
demo: web
	$(CARGO) run --release --quiet -- demo

## Formatting, lints, Rust tests, doc tests, documentation, front-end tests, browser tests.
test: rust-test web-test browser-test

rust-test: web
	$(CARGO) fmt --check
	$(CARGO) clippy --all-targets -- -D warnings
	if $(CARGO) nextest --version >/dev/null 2>&1; then $(CARGO) nextest run; else $(CARGO) test --lib --bins --tests; fi
	$(CARGO) test --doc
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --no-deps --document-private-items

web-test: $(WEB_STAMP)
	cd web && npm run --silent check && npm run --silent test

browser-test: web
	$(CARGO) build
	cd web && PLACES_BIN="$$($(CARGO) metadata --format-version 1 --no-deps | node -p 'JSON.parse(require("fs").readFileSync(0)).target_directory')/debug/places" npm run --silent e2e

## Two hundred kills in each command that writes; half an hour.
kill-test: web
	PLACES_KILLS=200 $(CARGO) test --test it kills:: -- --nocapture

## The built front end, which release builds hold inside.
web: web/dist/index.html

web/dist/index.html: $(WEB_STAMP) $(WEB_SOURCES)
	cd web && npm run --silent build

$(WEB_STAMP): web/package.json web/package-lock.json
	cd web && npm ci
	touch $@

## The description of the interface that the front end's types are made from.
openapi:
	$(CARGO) run --quiet --example openapi > web/openapi.json

## Speed and memory beside peer or floor, with a check of the answers; takes minutes. See benches/README.md.
bench:
	$(CARGO) bench --bench performance

## The geocoder on a corpus of texts with planted truth, and on unseen months; minutes. PLACES_BENCH_SEED=n for another.
bench-geocode:
	$(CARGO) bench --bench geocoding

fmt:
	$(CARGO) fmt

clean:
	$(CARGO) clean
	rm -rf web/node_modules web/dist
