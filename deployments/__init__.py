"""What is put up beside the flows, and stays up."""
