"""The organization acme in the file-directory format.

`python -m runner.demo.acme examples/acme.json` writes the default one.
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path

from runner.demo.cast import CAST, Character
from runner.demo.kinds import Kind, build_round
from runner.demo.names import build_name, pick
from runner.demo.places import access, app_id, build_apps, build_groups, group_id

SEED = 2026
PEOPLE = 310
TAKEN_AT = datetime(2026, 11, 22, 6, tzinfo=UTC)

_LOCATIONS = (
    ("Berlin", "Europe/Berlin"),
    ("London", "Europe/London"),
    ("Athens", "Europe/Athens"),
    ("Austin", "America/Chicago"),
    ("Pune", "Asia/Kolkata"),
    ("Osaka", "Asia/Tokyo"),
)


def build_organization(*, seed: int, people: int, now: datetime) -> dict[str, object]:
    """The whole of acme in the file-directory format, the same for the same arguments on every Python.

    The cast of `runner.demo.cast` comes first, then as many rounds of the crowd as it takes. `now` is when the
    snapshot is said to be taken; everybody's history counts back from it.
    """
    rng = random.Random(seed)
    chosen = islice(_characters(rng), people)
    return {
        "format": 1,
        "taken_at": _instant(now),
        "organization": "acme",
        "complete": True,
        "apps": build_apps(people),
        "groups": build_groups(),
        "users": [_user(character, _account_id(seed, at), rng, now) for at, character in enumerate(chosen)],
    }


def render_organization(organization: dict[str, object]) -> str:
    """The organization as JSON with one app, group or person a line, so that a change of one is one line of a diff."""
    parts = [f"{_json(key)}: {_lines(value)}" for key, value in organization.items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def write_default(path: Path) -> None:
    """Write the default organization to a file, which is how the example in the repository is made."""
    text = render_organization(build_organization(seed=SEED, people=PEOPLE, now=TAKEN_AT))
    path.write_text(text, encoding="utf-8", newline="\n")


def _lines(value: object) -> str:
    if not isinstance(value, list):
        return _json(value)
    return "[\n  " + ",\n  ".join(_json(item) for item in value) + "\n]"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _characters(rng: random.Random) -> Iterator[Character]:
    """Without end: the cast, then the crowd, no address twice."""
    yield from CAST
    taken = Counter(character.address for character in CAST)
    for kind in cycle(build_round()):
        name, address = build_name(rng)
        taken[address] += 1
        yield Character(name, address if taken[address] == 1 else f"{address}{taken[address]}", kind)


def _user(character: Character, account_id: str, rng: random.Random, now: datetime) -> dict[str, object]:
    kind = character.kind
    location, time_zone = pick(rng, _LOCATIONS)
    user: dict[str, object] = {
        "account_id": account_id,
        "email": None if character.address is None else f"{character.address}@{kind.domain}",
        "name": character.name,
        "status": kind.status,
        "managed": kind.managed,
        "synced": kind.synced,
        "mfa": rng.random() < (0.92 if kind.managed else 0.4),
        "added": _ago(now, kind.added_days, rng),
        "roles": list(kind.roles),
        "last_active": _last_active(kind, rng, now),
        "groups": [group_id(name) for name in kind.groups],
        "direct_access": [access(app, role) for app, role in kind.direct],
        "job_title": kind.job_title,
        "department": kind.department,
        "organization": "Acme" if kind.managed else None,
        "location": location,
        "time_zone": time_zone,
    }
    return {fact: value for fact, value in user.items() if fact not in kind.missing}


def _last_active(kind: Kind, rng: random.Random, now: datetime) -> dict[str, str]:
    return {app_id(use.app): _ago(now, use.days, rng) for use in kind.uses}


def _ago(now: datetime, days: tuple[int, int], rng: random.Random) -> str:
    fewest, most = days
    return _instant(now - timedelta(seconds=int(86_400 * (fewest + rng.random() * (most - fewest)))))


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _account_id(seed: int, at: int) -> str:
    """Half of the ids in the older shape, half in the newer one, as in an organization that has been there a while."""
    digits = hashlib.sha256(f"acme {seed} {at}".encode()).hexdigest()
    if at % 2:
        return digits[:24]
    return f"712020:{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:32]}"


if __name__ == "__main__":
    write_default(Path(sys.argv[1]))
