"""What changes while a campaign runs, and the rules by which it does."""
