"""The ledger: what is durably known of each cell and each turn of it, and which runs are alive."""
