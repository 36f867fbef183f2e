"""Programs of many requests against one model of the rows.

Nothing here but `machine` and what imports it knows Hypothesis, which is not loaded before then.
"""
