"""Prefect's server: our own for one run, and the one that settings name. README.md: what we work around in Prefect."""
