"""`make bench`: what the pipeline costs, on inputs that it makes or finds.

Belongs here: measuring, and showing what was measured. Does not belong here: anything that the pipeline needs.
"""
