"""The kit's own tests: apps that are broken on purpose, apps that only look guilty, and proofs."""
