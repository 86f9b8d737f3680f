"""The runner's own core in a world that is made up, down to its clock: organization, audit store, signals and death.

    world = World(Fate(seed=7, rates=ROUGH), changes=12)
    world.run()                     # a process, which may be killed at any touch of the world
    world.recover()                 # the next one, to which nothing happens
    assert recount(world.evidence()) == []

Everything that happens follows from the seed and the touches of the world before, so a schedule replays exactly.
`recount` is a second checker that shares no code with the product.
"""
