"""The dashboard over the published warehouse: Streamlit on the loopback, one module a page.

Belongs here: what is shown and how. Does not belong here: figures that no mart gives (`dbt_project/models/marts`), anything
that writes.
"""
