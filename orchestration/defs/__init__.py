"""The Dagster graph, one file per layer.

Belongs here: assets and what launches them. Files here do not import each other.
"""
