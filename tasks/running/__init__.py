"""A run: how it begins, takes its slots, settles each cell, and stays within its budget."""
