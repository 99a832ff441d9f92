# Every target sets up .venv by itself from a bare Python 3.11 or newer; the second time it is quick.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
RIVALS := .venv-rivals

.PHONY: demo test lint types unit proof bench rivals lock clean

demo: $(READY)  ## build the sample shop from its photos and show what it recommends
	$(BIN)/penchant demo shops/demo

test: lint types unit  ## everything that must pass

lint: $(READY)
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks

types: $(READY)
	$(BIN)/mypy

unit: $(READY)
	$(BIN)/pytest -n auto --dist loadfile -m "not proof"

proof: $(READY)  ## the long proofs: many kills, many cases
	$(BIN)/pytest -m proof

bench: $(READY)  ## speed of the main jobs, as ratios within one run
	$(BIN)/penchant bench photos
	$(BIN)/penchant bench profiles
	$(BIN)/penchant bench profiler
	$(BIN)/penchant bench campaign
	$(BIN)/penchant bench index
	$(BIN)/penchant bench recommend
	$(BIN)/penchant bench metrics
	$(BIN)/penchant bench nightly

rivals: $(RIVALS)/.ready  ## an environment with other packages, to be measured beside

$(RIVALS)/.ready: requirements.lock benchmarks/requirements-rivals.txt
	test -x $(RIVALS)/bin/python || $(PYTHON) -m venv $(RIVALS)
	$(RIVALS)/bin/python -m pip install -q --disable-pip-version-check -r requirements.lock
	$(RIVALS)/bin/python -m pip install -q --disable-pip-version-check \
		-r benchmarks/requirements-rivals.txt
	$(RIVALS)/bin/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

lock: $(READY)  ## renew requirements.lock
	$(BIN)/pip install -q uv
	$(BIN)/uv pip compile pyproject.toml --group dev --extra server --extra postgres --extra experiments \
		--universal --python-version 3.11 --generate-hashes --no-header --upgrade -q -o requirements.lock

clean:
	rm -rf .venv $(RIVALS) shops .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(READY): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "penchant needs Python 3.11 or newer: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)
