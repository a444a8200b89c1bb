# Two commands: `make demo` shows the product, `make test` proves it. Both set up what they need.
PYTHON := .venv/bin/python
INPUT  ?= db datasets
OUTPUT ?= results/vehicle_scores.csv

.PHONY: demo test check format setup setup-test lock

demo: setup
	$(PYTHON) vehicle_battery_scorer.py --source csv --input "$(INPUT)" --output "$(OUTPUT)"
	$(PYTHON) dashboard.py

test: setup-test
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports
	$(PYTHON) -m pytest --cov --cov-report=term:skip-covered --cov-fail-under=85

format: setup-test
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .

setup:
	sh scripts/setup.sh requirements.txt

setup-test:
	sh scripts/setup.sh requirements-dev.txt

# every version with its hashes, for all platforms; the file names no registry
lock: setup-test
	$(PYTHON) -m pip install --quiet uv
	$(PYTHON) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header requirements.txt -o requirements.lock
