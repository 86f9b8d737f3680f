"""The command line: arguments, printing, exit codes; the only room that prints or exits."""
