"""What a callback tells its receiver, and the work that follows."""
