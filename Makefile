# The commands of a working day. `make help` lists them.

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
HEAVY := .venv/.heavy
GLOSSARY := build/glossary
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check --no-input

.DEFAULT_GOAL := help
.PHONY: help venv ui demo serve glossary tiny-models tiny-trained test lint check-ui format show bench mutants clean system-packages

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

venv: $(INSTALLED)  ## the virtual environment with everything that tests and demo need

# The stamp is written last, so an install that broke off is done again, and one that is whole costs nothing.
$(INSTALLED): pyproject.toml constraints.txt
	@test -x $(BIN)/python || { echo "Making .venv"; $(PYTHON) -m venv .venv; }
	@echo "Installing videolect and its development tools into .venv"
	@$(PIP) install -c constraints.txt -e '.[dev,pg]'
	@touch $@

# What only tests and models need and the demo does not: torch is large. Of `train`, what is not in `vlm` is 97 MB, pandas the most.
$(HEAVY): $(INSTALLED)
	@echo "Installing torch, transformers and TRL for the tests"
	@$(PIP) install -c constraints.txt -e '.[transnet,vlm,train]'
	@touch $@

ui: $(INSTALLED)  ## the browser client, built from ui/ into the package
	@$(BIN)/python tools/node.py build

# The desk shows the pictures of the language as soon as they are all there: their index is written last.
demo serve: export VIDEOLECT_GLOSSARY ?= $(if $(wildcard $(GLOSSARY)/pictures.json),$(GLOSSARY))

demo: venv ui  ## try it: the whole loop on sample clips (VIDEO=file for one of yours, ARGS=... for more)
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

# Lint comes first because it is fast, and so that pytest's own closing line is the last one.
test: venv $(HEAVY) ui system-packages lint check-ui  ## everything that is checked before a change is shared (ARGS=... goes to pytest)
	@$(BIN)/python -m pytest $(ARGS)

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
