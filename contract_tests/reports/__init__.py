"""From verdicts to bytes."""
