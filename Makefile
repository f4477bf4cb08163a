# Two targets are enough to know: make run, and make test. The others are their parts.

.PHONY: run test build ui check unit charts fuzz conformance crash compat kubernetes browser bench need docs clean

SHELL   := /bin/bash -eu -o pipefail
GO      ?= go
FUZZ    ?= 5s

run: build
	bin/yagura serve --demo

# All that CI runs, in order of what fails fastest.
test: need check ui unit charts build conformance crash compat browser fuzz
	@echo "all tests passed"

build: ui
	$(GO) build -o bin/yagura ./cmd/yagura

# What the tests and the page need and this machine may lack.
need:
	scripts/need

ui: serve/dist/index.html

serve/dist/index.html: serve/openapi.yaml $(shell find web \( -name node_modules -o -path web/src/api/openapi.ts \) -prune -o -type f -print 2>/dev/null)
	cd web && npm ci --no-audit --no-fund && npm run build
	touch $@

check:
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo "gofmt these:"; gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...
	scripts/docs --check

# Packages that have a target of their own, below, are left to it.
unit:
	$(GO) test $$($(GO) list ./... | grep -vE '/test/(conformance|crash|compat)')
	cd web && npm run check && npm test

# Each fuzz target for a short, fixed time.
fuzz:
	scripts/fuzz $(FUZZ)

# The advice on what charts render, by Helm's own library.
charts:
	cd test/charts && $(GO) vet ./... && $(GO) test ./... -count=1

# KQL against the shared suite, if it stands beside the checkout.
conformance:
	scripts/conformance

crash: build
	YAGURA_BIN=$(abspath bin/yagura) $(GO) test -tags faults ./test/crash -count=1 -v

# The vendors' own clients, and Debian's senders of syslog, against the binary.
compat: build
	YAGURA_BIN=$(abspath bin/yagura) $(GO) test -tags compat ./test/compat -count=1
	cd test/compat/js && npm ci --no-audit --no-fund
	cd test/compat/go && YAGURA_BIN=$(abspath bin/yagura) $(GO) test ./... -count=1
	cd test/compat/js && YAGURA_BIN=$(abspath bin/yagura) npm test

# The simulator against a real control plane, which is built once (about 15 minutes of
# one core) and then started (about two minutes).
kubernetes:
	YAGURA_KUBERNETES=$$(scripts/kubernetes) $(GO) test -tags kubernetes ./test/kubernetes -count=1

browser: build
	cd test/browser && npm ci --no-audit --no-fund && YAGURA_BIN=$(abspath bin/yagura) npm test

bench: build
	scripts/bundle
	scripts/bench

# Pages made from the code: settings and functions.
docs:
	scripts/docs

clean:
	rm -rf bin serve/dist/assets serve/dist/index.html web/node_modules web/generate/node_modules web/src/api/openapi.ts test/browser/node_modules test/compat/js/node_modules
