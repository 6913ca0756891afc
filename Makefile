.PHONY: demo test fuzz build bench screens fmt proof

# A clone in another folder finds what was compiled in this one.
export GOFLAGS := $(GOFLAGS) -trimpath

demo: ## a login page and a companion app, on embedded stores
	@echo "The first build takes 2-3 minutes; later ones take seconds."
	go build -o bin/jawort ./cmd/jawort
	bin/jawort demo

test: ## everything that must hold; installs what is missing on Debian
	./script/test

FOR ?= 30s
fuzz: ## hostile input: each fuzz target for a while, one after the other (make fuzz FOR=10m)
	./script/fuzz $(FOR)

build: ## a static binary in bin/
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o bin/jawort ./cmd/jawort

bench: ## the figures of docs/performance.md
	go test -run '^$$' -bench . -benchmem ./...

proof: ## all that Jawort claims of itself, repeated unattended: load, faults, attacks, fuzzing, broken builds; takes an hour or more
	go run ./proof

screens: ## pictures of every screen, in docs/screens/
	./script/screens

fmt:
	gofmt -w .
