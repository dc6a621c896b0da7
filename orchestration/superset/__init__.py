"""Apache Superset over the published warehouse, its dashboards kept as files in `dbt_project/dashboards/`.

Belongs here: how it is started, and how dashboards go in and come back. `superset_config.py` and `inside.py` are run by
Superset's own Python, which has neither this package nor its libraries. Does not belong here: counting (`marts.*`).
"""
