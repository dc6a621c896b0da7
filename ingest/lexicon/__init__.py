"""What the extraction knows beforehand, read from `data/reference/` and validated: one loader a table.

Belongs here: loaders from reference CSV files to checked frames.
Does not belong here: names or words written in Python, and any reading of articles.
"""
