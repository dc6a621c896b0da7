# Chancery in one image: the command, the models, the reference tables and the dashboard. State lies in the volume /state.
FROM python:3.11-slim-bookworm

ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PYTHONUNBUFFERED=1 \
    CHANCERY_HOME=/state \
    DAGSTER_HOME=/state/dagster

WORKDIR /app
COPY requirements.lock pyproject.toml README.md LICENSE workspace.yaml ./
RUN pip install --requirement requirements.lock
COPY ingest ingest
COPY orchestration orchestration
COPY dbt_project dbt_project
COPY data/reference data/reference
RUN pip install --constraint requirements.lock ".[dashboard]"

RUN useradd --create-home --uid 1000 chancery \
    && mkdir -p /state/dagster /state/inbox \
    && cp orchestration/dagster.yaml /state/dagster/dagster.yaml \
    && chown -R chancery /state /app
USER 1000
VOLUME /state

CMD ["chancery", "status"]
