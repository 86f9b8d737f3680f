"""The safety promises, proved in a simulated world and with real processes: a sample of what `script/soak` makes.

Each test fails with the words that repeat the trial, such as `crowded(70)` of `tests.simulator.trials`.
"""
