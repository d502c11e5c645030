"""The receiver of callbacks: what it answers, the journal of what came, the work on it."""
