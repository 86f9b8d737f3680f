"""The command from end to end."""
