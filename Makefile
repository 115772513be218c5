.DEFAULT_GOAL := help
.PHONY: help all ci generate cost fmt lint test test-live verify bench judge compare fuzz examples nested api vulnerabilities release

BENCH ?= .
FUZZ_TIME ?= 5s

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

all: generate fmt lint test verify examples ## what to run before a change is proposed

ci: ## the whole gate, as CI runs it
	@.ci/run

generate: ## write anew all that follows from the Go types of the kinds
	@.ci/run --step generate

cost: ## count the lines that are written by hand for each kind
	@go run ./internal/kindcost

fmt: ## format the code and sort its imports
	@go tool -modfile=internal/tools/lint/go.mod golangci-lint fmt ./...

lint: ## run the linters of .golangci.yml
	@.ci/run lint

test: ## run all tests with the race detector
	@go test -race ./...

test-live: ## run the tests that write to a real Konnect; needs KONNECT_TOKEN, never part of CI
	@test -n "$$KONNECT_TOKEN" || { echo 'test-live: KONNECT_TOKEN is not set' >&2; exit 1; }
	@go test -count=1 -v -tags=live -run '^TestLive' ./konnect

verify: ## check that generated files, go.mod files and formatting are current
	@.ci/run generated tidy format

bench: ## run the benchmarks; BENCH selects by regular expression
	@go test -run '^$$' -bench '$(BENCH)' -benchmem ./...

judge: ## compare 100000 random requests to routes of the Gateway API with what its text says
	@go test -count=1 -v -run '^TestJudge$$' ./builder/gatewayapi -judge.requests=100000

compare: ## measure against other ways of provisioning, into bench/README.md; takes an hour
	@cd bench && go run . --update

fuzz: ## run every fuzz target for FUZZ_TIME
	@FUZZ_TIME=$(FUZZ_TIME) .ci/run fuzz

examples: ## run the examples against the in-memory Konnect
	@.ci/run examples

nested: ## test the nested modules
	@.ci/run nested

api: ## compare what programs import with the last release
	@.ci/run api

vulnerabilities: ## run govulncheck, where its database can be reached
	@.ci/run vulnerabilities

release: ## check whether VERSION can be released; .ci/release --tag does it
	@.ci/release $(VERSION)
