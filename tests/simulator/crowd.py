"""Several processes at once on one world: each runs until it touches the world, then anybody may have their turn.

Threads that take turns strictly, so that one seed gives one interleaving, pauses beyond the lease among them.
"""

from __future__ import annotations

import threading

from tests.simulator.world import World

PAUSES_S = (0.0,) * 12 + (1.0, 40.0, 200.0, 400.0)
"""How long the world goes on before the next one has their turn; a lease holds for 300 seconds."""


class Crowd:
    """So many runners of a world; the world's fate decides whose turn it is."""

    def __init__(self, world: World, number: int) -> None:
        """Nobody runs yet."""
        self._world = world
        self._turns = [threading.Semaphore(0) for _ in range(number)]
        self._back = threading.Semaphore(0)
        self._mine = threading.local()
        self._threads = [threading.Thread(target=self._live, args=(one,), daemon=True) for one in range(number)]
        self._ended = [False] * number
        self.broken: list[BaseException] = []

    def run(self, *, pauses_s: tuple[float, ...] = PAUSES_S, keep: float = 0.0) -> None:
        """Let everybody run to their ends; raises what went wrong in any of them. ``keep`` is how likely whoever has
        the turn keeps it: near 1 somebody comes far before the next one starts."""
        fate = self._world.fate
        one = 0
        fate.pause = self._pause
        for thread in self._threads:
            thread.start()
        while not all(self._ended):
            fate.clock.wait(fate.random.choice(pauses_s))
            if self._ended[one] or fate.random.random() >= keep:
                one = fate.random.choice([i for i, ended in enumerate(self._ended) if not ended])
            self._turns[one].release()
            self._back.acquire()
        fate.pause = _nothing
        if self.broken:
            raise self.broken[0]

    def _pause(self) -> None:
        """Give the turn back, and wait for the next."""
        self._back.release()
        self._turns[self._mine.number].acquire()

    def _live(self, number: int) -> None:
        self._mine.number = number
        self._turns[number].acquire()
        try:
            self._world.run()
        except BaseException as error:  # noqa: BLE001 - it is raised again in the thread of the test
            self.broken.append(error)
        finally:
            self._ended[number] = True
            self._back.release()


def _nothing() -> None:
    """Nobody else is there."""
