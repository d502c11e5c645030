"""The outside world: the API, the storage, tables; no Prefect."""
