"""An emulated Atlassian admin API that keeps a state and a log of its own: the truth for every journey test.

    with Emulator(organization, check=True) as emulator:
        ...                                  # ATLASSIAN_API_URL=emulator.url, ATLASSIAN_API_KEY=API_KEY
    assert emulator.violations == []         # every exchange fits Atlassian's published description
    emulator.effects, emulator.log, emulator.organization()

By hand: `python -m tests.emulator ORG.json --port 0`. Standard library only, but for `check`.
"""

from tests.emulator.emulator import API_KEY, READ_KEY, Emulator
from tests.emulator.faults import Rule
from tests.emulator.limits import DOCUMENTED, Limit
from tests.emulator.log import Effect, Entry
from tests.emulator.world import Options

__all__ = ["API_KEY", "DOCUMENTED", "READ_KEY", "Effect", "Emulator", "Entry", "Limit", "Options", "Rule"]
