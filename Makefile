# The commands of a working day. `make help` lists them.

PYTHON ?= python3
BIN := .venv/bin
DEMO := .venv/.demo
INSTALLED := .venv/.installed
HEAVY := .venv/.heavy
GLOSSARY := build/glossary
# Whole files go to processes, so that what a file's tests share is made once; in the order that tests/conftest.py gives.
SPREAD := -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder --durations 10
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check --no-input

.DEFAULT_GOAL := help
.PHONY: help venv ui demo serve glossary tiny-models tiny-trained test test-unit lint check-ui format show bench mutants clean system-packages

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

venv: $(INSTALLED)  ## the virtual environment with everything that a working day needs but torch

# Three environments in one, each with all of the one before, so that a demo does not wait for torch. A stamp is written
# last: an install that broke off is done again, and one that is whole costs nothing. Byte code is made when a file is
# first imported: most of the 350 MB never are.
define install
@test -x $(BIN)/python || { echo "Making .venv"; $(PYTHON) -m venv .venv; }
@echo "Installing $(1) into .venv"
@$(PIP) install --no-compile -c constraints.txt -e '.[$(strip $(2))]'
@touch $(3)
endef
FOR_DEMO := stage,ui
FOR_WORK := $(FOR_DEMO),dev,pg
FOR_TESTS := $(FOR_WORK),transnet,vlm,train

$(DEMO): pyproject.toml constraints.txt
	$(call install,videolect,$(FOR_DEMO),$(DEMO))

$(INSTALLED): pyproject.toml constraints.txt
	$(call install,videolect and its development tools,$(FOR_WORK),$(DEMO) $(INSTALLED))

$(HEAVY): pyproject.toml constraints.txt
	$(call install,videolect with its development tools and torch and TRL,$(FOR_TESTS),$(DEMO) $(INSTALLED) $(HEAVY))

ui: $(DEMO)  ## the browser client, built from ui/ into the package
	@$(BIN)/python tools/node.py build

# The desk shows the pictures of the language as soon as they are all there: their index is written last.
demo serve: export VIDEOLECT_GLOSSARY ?= $(if $(wildcard $(GLOSSARY)/pictures.json),$(GLOSSARY))

demo: ui  ## try it: the whole loop on sample clips (VIDEO=file for one of yours, ARGS=... for more)
	@$(BIN)/videolect demo $(if $(VIDEO),--video "$(VIDEO)") $(ARGS)

serve: venv ui  ## the desk on this machine (ARGS=... is handed on)
	@$(BIN)/videolect desk serve $(ARGS)

# What is there is kept: a run that was stopped goes on.
glossary: venv  ## pictures of the language in build/glossary, for guide and desk: 20 minutes, once (ARGS='--n 30' for the first 30)
	@$(BIN)/videolect stage render --set glossary --out $(GLOSSARY) $(ARGS)

tiny-models: $(HEAVY)  ## tiny random Qwen3-VL checkpoints in build/tiny-models, for tests and trials: seconds (ARGS='micro' for one)
	@$(BIN)/python -m tools.tiny_models $(ARGS)

# A run that was stopped goes on; one that is whole costs nothing.
tiny-trained: $(HEAVY)  ## one of them taught camera movement, in build/tiny-trained/model (docs/training.md): 40 minutes of one core
	@test -d build/tiny-trained/model || OMP_NUM_THREADS=1 $(BIN)/videolect train tiny_cpu --cache build --out build/tiny-trained \
		$(if $(wildcard build/tiny-trained/run.json),--resume) $(ARGS)

lint: $(INSTALLED)  ## ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

check-ui: ui  ## the browser client: its types against the server's document, lint, unit tests
	@$(BIN)/python tools/openapi.py --check
	@$(BIN)/python tools/node.py quiet npm run types:check
	@$(BIN)/python tools/node.py quiet npm run check
	@$(BIN)/python tools/node.py quiet npm test

format: $(INSTALLED)  ## mend what ruff can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

system-packages: $(INSTALLED)
	@$(BIN)/python tools/system_packages.py

# Lint comes first because it is fast, and so that pytest's own closing line is the last one. A choice of tests runs in
# one process, unless ARGS says -n: to start more takes longer than most files do.
test: $(HEAVY) ui system-packages  ## everything that is checked before a change is shared (ARGS=... goes to pytest)
	@$(MAKE) --no-print-directory -j2 lint check-ui
	@$(BIN)/python -m pytest $(or $(ARGS),$(SPREAD))

test-unit: venv  ## the unit tests that take moments: nothing slow, no models (ARGS=... goes to pytest)
	@$(BIN)/python -m pytest tests/unit -m "not slow and not models" $(SPREAD) $(ARGS)

show: venv $(HEAVY) ui  ## run again what the pages claim, with a check each: a night; ARGS=--quick for minutes, --list, --only, --resume
	@$(BIN)/python -m tools.show $(ARGS)

bench: venv  ## measure beside the peers (ARGS=... is handed on)
	@$(PIP) install -c constraints.txt -e '.[bench]'
	@$(BIN)/python -m benchmarks $(ARGS)

mutants: $(INSTALLED)  ## break the heart in small ways and count what its tests notice (ARGS='fold --share 1', ARGS=--help)
	@$(PIP) install -c constraints.txt -e '.[mutants]'
	@$(BIN)/python -m tools.mutants $(ARGS)

clean:  ## remove what was built, the virtual environment too
	rm -rf .venv build dist ui/node_modules ui/dist src/videolect/web/static .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +
