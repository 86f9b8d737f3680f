"""The actions of the language, one file each: the state they want. Found by name, never imported by name."""
