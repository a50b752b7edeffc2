# One door. `make` lists the targets.
UV := $(shell command -v uv || echo .venv-tools/bin/uv)
RUN := $(UV) run --frozen

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Compiles, too. What was compiled before goes first: without a compiler it would stay, and hide what was changed since.
TYPED := $(wildcard streams/*/*.pxd)
.venv/.ready: pyproject.toml uv.lock setup.py $(TYPED) $(TYPED:.pxd=.py)
	@command -v $(UV) >/dev/null || (python3 -m venv .venv-tools && .venv-tools/bin/pip install --quiet uv)
	@echo 'installing, and compiling a part of the core where there is a C compiler: about a minute' >&2
	@rm -f streams/*/*.so
	@$(UV) sync --frozen --quiet --compile-bytecode --reinstall-package peekproof
	@touch $@

demo: .venv/.ready ## watch four experiments being judged (ONCE=1: end when all four are)
	@$(RUN) peekproof demo $(if $(ONCE),--once)

test: .venv/.ready ## every test this machine can run
	$(RUN) pytest -n 3 --dist loadgroup

check: .venv/.ready ## lint, types, import law
	$(RUN) ruff format --check --quiet .
	$(RUN) ruff check --quiet .
	$(RUN) mypy
	$(RUN) lint-imports

calibrate: .venv/.ready ## measure every method anew and write docs/calibration.md (QUICK=1: a twentieth of the runs)
	$(RUN) python -m streams.lab.calibration $(if $(QUICK),--quick)

golden: .venv/.ready ## compare the scenarios of evidence (UPDATE=1: rewrite them and show what changed)
	@$(RUN) python -m tests.golden

mutate: .venv/.ready ## break one formula at a time; the tests must notice
	$(RUN) scripts/mutate

figures: .venv/.ready ## draw the figures of docs/tests
	$(RUN) python -m scripts.figures

schemas: .venv/.ready ## write docs/schemas
	$(RUN) python scripts/schemas.py

bench: .venv/.ready ## the same job in Peekproof and its peers (half an hour or more; see benchmarks/README.md)
	$(RUN) python -m benchmarks.peers

bench-worker: .venv/.ready ## what an event costs the worker, on a real Apache Kafka
	$(RUN) python -m benchmarks.throughput

bench-ingest: .venv/.ready ## what a foreign event costs to be re-keyed
	$(RUN) python -m benchmarks.ingest

bench-stats: .venv/.ready ## time the statistics beside other libraries, into benchmarks/results
	$(RUN) python -m benchmarks.statistics.peers --write

crash: .venv/.ready ## kill, pause and cut off workers on a real Apache Kafka; writes docs/crash.md (SMALL=1: as CI does)
	@$(RUN) python -m tests.crash $(if $(SMALL),--small)

simulate-crashes: .venv/.ready ## ten million events under ten thousand crashes (SEED=n SCHEDULE=k: that one again)
	@$(RUN) python -m tests.simulator $(if $(SEED),--seed $(SEED)) $(if $(SCHEDULE),--schedule $(SCHEDULE))

machine: .venv/.ready ## six thousand random sequences of faults against an independent recount
	HYPOTHESIS_PROFILE=nightly $(RUN) pytest -q -n0 tests/simulator/test_machine.py

format: .venv/.ready ## let ruff lay out the code
	$(RUN) ruff format .
	$(RUN) ruff check --fix .

ci: check test ## what CI runs

.PHONY: help demo test check calibrate golden mutate figures schemas bench bench-worker bench-ingest bench-stats crash simulate-crashes machine format ci
.DEFAULT_GOAL := help
