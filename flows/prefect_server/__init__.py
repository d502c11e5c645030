"""Prefect's server: our own for one run, the one that settings name, and what we work around in Prefect."""
