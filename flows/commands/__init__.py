"""What a person types, and sees: options, the terminal, exit codes."""
