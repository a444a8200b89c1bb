# Two commands: `make demo` shows the product, `make test` proves it. Both set up what they need.
PYTHON := .venv/bin/python
# a simulated fleet of 40 cars over a year; every file and page of it says that it is simulated
DEMO   := demo

.PHONY: demo sample test format setup setup-test lock screenshots

demo: setup $(DEMO)/feed/truth/simulated.json
	$(PYTHON) vehicle_battery_scorer.py --source csv --input $(DEMO)/feed --output $(DEMO)/results/vehicle_scores.csv
	$(PYTHON) dashboard.py --results $(DEMO)/results

$(DEMO)/feed/truth/simulated.json:
	rm -rf $(DEMO)/feed
	$(PYTHON) -m baas simulate --out $(DEMO)/feed --vehicles 40 --days 365 --start 2025-11-01 --seed 40 \
		--every 14 --interval 10 --thin --faults default

# the twelve simulated vehicles of "db datasets", as a fresh clone scores them
sample: setup
	$(PYTHON) vehicle_battery_scorer.py --source csv --output results/vehicle_scores.csv
	$(PYTHON) dashboard.py

test: setup-test
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports
	$(PYTHON) -m pytest --cov --cov-report=term:skip-covered --cov-fail-under=90

format: setup-test
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .

setup:
	sh scripts/setup.sh requirements.txt

setup-test:
	sh scripts/setup.sh requirements-dev.txt

# pictures of every page in both languages and themes, wide and narrow
screenshots: setup-test
	$(PYTHON) docs/screenshots/make.py

# every version with its hashes, for all platforms; the file names no registry
lock: setup-test
	$(PYTHON) -m pip install --quiet uv
	$(PYTHON) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header requirements.txt -o requirements.lock
