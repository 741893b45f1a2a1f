# make report | make test | make lab | make bench  (without make: see README.md)
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: report test lab bench clean

report: $(READY)
	$(BIN)/forevar build 2026-1

test: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest

lab: $(READY)
	$(BIN)/forevar lab

bench: $(READY)
	$(BIN)/python benchmarks/run_step.py
	$(BIN)/python benchmarks/run_step.py --chapters 160 --sample 8 --rounds 1
	$(BIN)/python benchmarks/build.py
	$(BIN)/python benchmarks/growth.py
	$(BIN)/python benchmarks/country.py

# the environment, made once and again when what it is made from changes
$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev,cluster]'
	touch $(READY)

clean:
	rm -rf .venv reports data/processed/tidy data/processed/cache
