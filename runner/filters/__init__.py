"""The conditions of the language, one file each: why a user matches. Found by name, never imported by name."""
