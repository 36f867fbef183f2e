"""Judge: one test file per area, one rule per test."""
