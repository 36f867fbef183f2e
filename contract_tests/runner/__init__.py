"""Run pytest as a contract run: options, the service's life, verdicts, totals."""
