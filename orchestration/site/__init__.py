"""The documentation as a site: pages written by hand, pages made from the tables, and what makes one site of both.

Belongs here: what `make docs` writes. Does not belong here: the pages themselves (`dbt_project/site/`) and a server
(`orchestration.documents`).
"""
