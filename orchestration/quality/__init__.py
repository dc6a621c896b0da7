"""Great Expectations over what Python wrote and what is about to be published.

Belongs here: the suites as data (`suites/*.yaml`), their loader (`declarations`) and the validation of
frames (`validation`). Does not belong here: keys, relations and SQL logic of models (dbt tests) and tests
of code (pytest).
"""
