"""What is approved, handed over: under names of a pattern, with a manifest of its own and the feeds of shops."""
