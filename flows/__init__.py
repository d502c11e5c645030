"""What runs: the flows, and the command line in front of them."""
