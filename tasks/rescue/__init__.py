"""What the storage does not take of what was paid: kept on this machine until it does."""
