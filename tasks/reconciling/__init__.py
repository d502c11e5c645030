"""The vendor's bill, held against the ledger."""
