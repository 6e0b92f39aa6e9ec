# Everything a person does here has a target; .ci/run does `make check`. `make` alone lists them.
PYTHON ?= python3
BIN := .venv/bin
# Kinds of the corpus of which `make check` asks a part; `make corpus ARGS=--full` asks all.
SLOW := conditions sysalerts sysfields
# One worker per core; a worker that has nothing left takes tests from another.
PYTEST := $(BIN)/pytest -n logical --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help install demo test check format lint types layers corpus parity webhook follow bench equality hostile fuzz fuzz-coverage wheel clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: .venv/installed .venv/built  ## create .venv and install cadge and its tools into it

.venv/installed: pyproject.toml
	@PYTHON="$(PYTHON)" sh .ci/needs
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable . --group dev
	@touch $@ .venv/built

# The kernel that reads captures, again when its sources change.
.venv/built: .venv/installed setup.py sources/_rows.pyx $(wildcard sources/syscall/*.p[xy]? sources/syscall/*.h)
	$(BIN)/python setup.py --quiet build_ext --inplace
	@touch $@

demo: install  ## several sources at once over the bundled examples, one child killed on the way
	$(BIN)/python examples/demo.py

test: install  ## every test; under five minutes on two cores
	$(PYTEST)

check: install format lint types layers  ## format, lint, types, layers, the corpus, then every test: what CI runs
	$(BIN)/python tests/corpus/score.py --full --without selection $(foreach kind,$(SLOW),--without $(kind))
	$(BIN)/python tests/corpus/score.py $(SLOW)
	$(PYTEST)

format: install
	$(BIN)/ruff format --check .

lint: install
	$(BIN)/ruff check .

types: install
	$(BIN)/mypy

layers: install
	$(BIN)/lint-imports --no-cache

corpus: install  ## compare with the recorded answers of a real Falco (ARGS="--full --misses")
	$(BIN)/python tests/corpus/score.py $(ARGS)

parity: install  ## many at once = each alone = in one process, over the examples
	$(BIN)/cadge parity -c examples/falco.yaml $(ARGS)

bench: install  ## how fast log sources are, as ratios (ARGS="mixes --events 50000 --rounds 3")
	$(BIN)/python tests/bench/bench.py $(ARGS)

equality: install  ## generated code against the reference evaluator, on new random rules and lines (ROUNDS=4000)
	HYPOTHESIS=random ROUNDS=$(or $(ROUNDS),4000) $(BIN)/pytest tests/engine/evaluate/test_codegen.py tests/sources/test_rows.py

webhook: install  ## 2,000 requests/s for 30 s at a webhook whose child is killed (ARGS="RATE SECONDS CONNECTIONS KILLS")
	$(BIN)/python tests/faults/webhook_load.py $(ARGS)

follow: install  ## 50 kills of a child that follows a file, while a writer appends and rotates (KILLS=200)
	KILLS=$(or $(KILLS),50) $(BIN)/pytest tests/faults/test_follow.py

hostile: install  ## a hundred thousand wrong rules files, and very big ones (ROUNDS=1000 MEGABYTES=1)
	$(BIN)/python tests/hostile/rules.py $(or $(ROUNDS),100000)
	MEGABYTES=$(or $(MEGABYTES),10) $(BIN)/pytest --durations 0 tests/hostile

# edges.so first: the sanitizer brings an empty one of the same name.
fuzz: install  ## mutated captures through the kernel under AddressSanitizer (ROUNDS=1000 SECONDS=60 SEED=1)
	$(BIN)/python tests/hostile/instrument.py sanitize build/fuzz
	CADGE_FUZZ=build/fuzz LD_PRELOAD="$(CURDIR)/build/fuzz/edges.so $$(gcc -print-file-name=libasan.so)" \
	ASAN_OPTIONS=detect_leaks=0:verify_asan_link_order=0 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 \
	$(BIN)/python tests/hostile/captures.py $(or $(ROUNDS),100000) $(or $(SECONDS),3600) $(or $(SEED),1)

fuzz-coverage: install  ## which lines of the kernel mutated captures reach (ROUNDS=1000)
	rm -rf build/coverage
	$(BIN)/python tests/hostile/instrument.py coverage build/coverage
	CADGE_FUZZ=build/coverage $(BIN)/python tests/hostile/captures.py $(or $(ROUNDS),20000) 600 3
	$(BIN)/python tests/hostile/instrument.py report build/coverage

wheel: install  ## build the wheel into dist/
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

clean:  ## remove everything that can be made again
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
