"""The commands of `contract-tests`, one file each."""
