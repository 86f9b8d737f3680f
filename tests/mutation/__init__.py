"""Small changes made to the code, one at a time, to see whether a test notices: `script/mutate`."""
