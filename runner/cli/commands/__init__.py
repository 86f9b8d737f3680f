"""One module a command, found by its name: adding the file adds the command, its help and its completion."""
