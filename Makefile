# One door. `make` lists the targets.
UV := $(shell command -v uv || echo .venv-tools/bin/uv)
RUN := $(UV) run --frozen

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/.ready: pyproject.toml uv.lock
	@command -v $(UV) >/dev/null || (python3 -m venv .venv-tools && .venv-tools/bin/pip install --quiet uv)
	@$(UV) sync --frozen --quiet --compile-bytecode
	@touch $@

demo: .venv/.ready ## watch four experiments being judged (ONCE=1: end when all four are)
	@$(RUN) peekproof demo $(if $(ONCE),--once)

test: .venv/.ready ## every test this machine can run
	$(RUN) pytest -n 2 --dist loadgroup

check: .venv/.ready ## lint, types, import law
	$(RUN) ruff format --check --quiet .
	$(RUN) ruff check --quiet .
	$(RUN) mypy
	$(RUN) lint-imports

format: .venv/.ready ## let ruff lay out the code
	$(RUN) ruff format .
	$(RUN) ruff check --fix .

ci: check test ## what CI runs

.PHONY: help demo test check format ci
.DEFAULT_GOAL := help
