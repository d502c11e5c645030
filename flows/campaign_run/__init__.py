"""A campaign from its plan to its result, its shards, and how it ends in Prefect."""
