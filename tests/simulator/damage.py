"""Every damage of one kind to the journal of one history, one at a time: each is found, and the first bad record named.

The history has a run that was killed in the middle of a batch, the run that closed what it left, and one more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations

from runner.journal.verify import check_journal
from tests.simulator.fate import Fate
from tests.simulator.trials import Trial
from tests.simulator.world import World

Files = Mapping[str, bytes]
Place = tuple[str, int | None]
"""A path, and the line in it; no line where it is a file of another kind."""
Damage = tuple[Place, Files]
"""What must be named first, and the files as they are then."""


def history(changes: int, store: str) -> tuple[dict[str, bytes], str]:
    """The files and the anchor after three runs."""
    world = World(Fate(kill_at=30 + 3 * changes), changes, store)
    for _ in range(2):
        world.run()
        world.fate.calm()
        world.fate.clock.wait(400)
    world.town.people |= {who: user for who, user in world.truth_before.items() if who == "p-000"}
    world.run()
    kept = world.kept()
    return {path: data for path, data in kept.items() if path.startswith("runs/")}, kept["HEAD"].decode().strip()


def every_damage(how: str, changes: int, store: str) -> Trial:
    """All damages of a kind that there are."""
    files, anchor = history(changes, store)
    trial = Trial()
    trial.expect(check_journal(files, anchor) == (), "the honest journal raises an alarm")
    for (path, line), changed in DAMAGES[how](files):
        trial.struck[how] += 1
        found = check_journal({**files, **changed}, anchor)
        named = (found[0].run, found[0].line) if found else None
        trial.expect(named == (path.split("/")[4], line), f"{how} in {path}, line {line}: {named} is named")
    return trial


def _lines(files: Files) -> dict[Place, bytes]:
    """All records, with their line feeds, in their order."""
    paths = sorted(path for path in files if path.endswith("journal.jsonl"))
    return {(path, n): line for path in paths for n, line in enumerate(files[path].splitlines(keepends=True), 1)}


def _joined(lines: Mapping[Place, bytes]) -> Files:
    found: dict[str, bytes] = {}
    for (path, _), line in lines.items():
        found[path] = found.get(path, b"") + line
    return found


def _bytes(files: Files) -> Iterator[Damage]:
    for (path, number), line in _lines(files).items():
        start = files[path].index(line)
        for at in range(start, start + len(line)):
            yield (path, number), {path: files[path][:at] + bytes([files[path][at] ^ 1]) + files[path][at + 1 :]}


def _bytes_of_files(files: Files) -> Iterator[Damage]:
    """Plans and surroundings, and all reports but the newest, which no run has sealed yet."""
    newest = max(path for path in files if path.endswith("report.md"))
    for path in sorted(path for path in files if not path.endswith("journal.jsonl") and path != newest):
        for at in range(len(files[path])):
            yield (path, None), {path: files[path][:at] + bytes([files[path][at] ^ 1]) + files[path][at + 1 :]}


def _lost(files: Files) -> Iterator[Damage]:
    lines = _lines(files)
    for place in lines:
        left = _joined({**lines, place: b""})
        yield place, left


def _inserted(files: Files) -> Iterator[Damage]:
    lines = _lines(files)
    for place, line in lines.items():
        for source, copy in lines.items():
            named = (place[0], place[1] + 1) if source == place and place[1] else place
            yield named, _joined({**lines, place: copy + line})


def _swapped(files: Files) -> Iterator[Damage]:
    lines = _lines(files)
    for one, other in combinations(lines, 2):
        yield one, _joined({**lines, one: lines[other], other: lines[one]})


def _cut(files: Files) -> Iterator[Damage]:
    """At each byte of each run, but where nothing is cut."""
    for (path, number), line in _lines(files).items():
        start = files[path].index(line)
        for at in range(start, start + len(line)):
            yield (path, number), {path: files[path][:at]}


def _exchanged(files: Files) -> Iterator[Damage]:
    """The journals of two runs, whole."""
    for one, other in combinations(sorted(path for path in files if path.endswith("journal.jsonl")), 2):
        yield (one, 1), {one: files[other], other: files[one]}


DAMAGES: Mapping[str, Callable[[Files], Iterator[Damage]]] = {
    "a byte changed": _bytes,
    "a byte of a file changed": _bytes_of_files,
    "a record lost": _lost,
    "a record put in": _inserted,
    "two records swapped": _swapped,
    "the tail cut": _cut,
    "two runs exchanged": _exchanged,
}
