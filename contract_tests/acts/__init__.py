"""What the suite does to a service: requests arranged, sent and read back."""
