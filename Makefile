# make run     the whole system on this machine: http://localhost:8080
# make test    all tests and checks; nothing else is needed but Go
# make demo    the budget story on real ad data
# make bench   the performance goals, each beside what was measured
# make build   every function as it deploys: .build/<function>/bootstrap
# make help    the rest

SHELL := /bin/sh
export CGO_ENABLED := 0

FUNCTIONS := $(notdir $(wildcard functions/*))
FLAGS     := -tags lambda.norpc -trimpath -buildvcs=false -ldflags "-s -w"

.PHONY: help run reset test lint generate demo bench mutants screenshots test-dynamo build $(FUNCTIONS:%=build/%)

help:
	@echo "make run [STORE=dynamodb] [PORT=8080] [SPEED=1] [SEED=no]   the whole system on this machine"
	@echo "make reset        forget the state of make run"
	@echo "make test         all tests and checks"
	@echo "make lint         gofmt, go vet, staticcheck"
	@echo "make generate     types from internal/api/openapi.yaml"
	@echo "make demo         the budget story on real ad data"
	@echo "make bench        the performance goals, measured"
	@echo "make mutants      defects sown on purpose: the tests must catch each"
	@echo "make screenshots  the README's pictures, by headless Chromium"
	@echo "make test-dynamo  the store's suite on DYNAMODB_ENDPOINT, or on moto_server or dynalite where found"
	@echo "make build        every function as it deploys"

run:
	go run ./internal/cmd/bellwether

reset:
	rm -rf .bellwether

test: lint
	@command -v "$${CHROMIUM:-chromium}" >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
		echo "No Chromium: what opens the pages in a browser is skipped. CHROMIUM names one."
	go test -timeout 20m ./...

lint:
	@unformatted=$$(gofmt -l functions internal); if [ -n "$$unformatted" ]; then echo "not formatted: $$unformatted"; exit 1; fi
	go vet ./...
	go tool staticcheck ./...

generate:
	go generate ./...

demo:
	go run ./internal/cmd/demo

bench:
	go run ./internal/cmd/bench

mutants:
	go run ./internal/cmd/mutants

screenshots:
	mkdir -p internal/web/screenshots
	SCREENSHOTS=$(CURDIR)/internal/web/screenshots BROWSER_REQUIRED=1 go test -count=1 -run TestScreenshots ./internal/cmd/bellwether

test-dynamo:
	TEST_DYNAMO=1 go test -count=1 -run 'Endpoint' -v ./internal/store/dynamo

build: $(FUNCTIONS:%=build/%)

$(FUNCTIONS:%=build/%): build/%:
	GOOS=linux GOARCH=arm64 go build $(FLAGS) -o .build/$*/bootstrap ./functions/$*

# What `sam build` calls: a target a function, named by its logical id. CampaignsApiFunction is campaigns-api.
build-%Function:
	name=$$(echo '$*' | sed 's/\([A-Z]\)/-\1/g' | tr 'A-Z' 'a-z' | sed 's/^-//'); \
	GOOS=linux GOARCH=arm64 go build $(FLAGS) -o "$(ARTIFACTS_DIR)/bootstrap" "./functions/$$name"
