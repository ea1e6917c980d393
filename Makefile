# Two ways in: `make demo` shows the main job on the embedded model, `make test` runs every check.
PYTHON ?= python3
BIN := .venv/bin

export TOKENIZERS_PARALLELISM := false
export OMP_WAIT_POLICY := PASSIVE
export HF_HUB_OFFLINE := 1

.PHONY: demo test clean

demo: .venv/train.stamp
	$(BIN)/unghost demo

test: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -n 2 --dist worksteal

.venv/train.stamp: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check -e ".[train]"
	touch $@

.venv/dev.stamp: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check -e ".[train,dev]"
	# Without the clients of model vendors that it asks for and our tests never import.
	$(BIN)/python -m pip install --disable-pip-version-check --no-deps "evalplus>=0.3.1,<0.4"
	touch $@

clean:
	rm -rf .venv runs .mypy_cache .ruff_cache .pytest_cache .hypothesis
