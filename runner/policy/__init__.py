"""From a folder of YAML to policies as values, with file, line and column of everything that is wrong."""
