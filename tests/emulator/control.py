"""The control endpoint under `/_emulator`, for tests that run the emulator as a process of its own.

| request | does |
|---|---|
| `GET log`, `GET effects`, `GET violations`, `GET crashes` | lists, oldest first |
| `GET state` | the organization in our directory format |
| `POST reset` | back to the beginning |
| `POST faults`, `POST limits` | a JSON list of `faults.Rule` or `limits.Limit`, in the place of the old |
| `POST edit` | `{"account_id": ..., facts of our file}`: changes a person without an effect |
| `POST vanish` | `{"account_id": ...}` |
"""

from __future__ import annotations

import json
from typing import Any, Protocol

from tests.emulator.faults import Rule, rules
from tests.emulator.limits import Limit
from tests.emulator.log import Effect, Entry
from tests.emulator.wire import Json, Reply, Request

PREFIX = "/_emulator/"


class Controlled(Protocol):
    """What the endpoint needs of an emulator."""

    crashes: list[str]

    @property
    def log(self) -> tuple[Entry, ...]: ...  # noqa: D102
    @property
    def effects(self) -> tuple[Effect, ...]: ...  # noqa: D102
    @property
    def violations(self) -> list[str]: ...  # noqa: D102
    def organization(self) -> Json: ...  # noqa: D102
    def reset(self) -> None: ...  # noqa: D102
    def set_faults(self, faults: tuple[Rule, ...]) -> None: ...  # noqa: D102
    def set_limits(self, limits: tuple[Limit, ...]) -> None: ...  # noqa: D102
    def edit(self, account_id: str, /, **facts: Any) -> None: ...  # noqa: D102
    def vanish(self, account_id: str) -> None: ...  # noqa: D102


def control(emulator: Controlled, request: Request) -> Reply:
    """Carry a control request out; a wrong one is a 400 with the reason."""
    name = request.path.removeprefix(PREFIX)
    headers = {"Content-Type": "application/json"}
    try:
        if request.method == "GET":
            return Reply(200, _read(emulator, name), headers)
        _apply(emulator, name, json.loads(request.body or b"null"))
    except (KeyError, TypeError, ValueError) as error:
        return Reply(400, {"error": f"{type(error).__name__}: {error}"}, headers)
    return Reply(204, None, headers)


def _read(emulator: Controlled, name: str) -> Any:
    if name == "log":
        return [entry.json() for entry in emulator.log]
    if name == "effects":
        return [effect.json() for effect in emulator.effects]
    if name in {"violations", "crashes"}:
        return getattr(emulator, name)
    if name == "state":
        return emulator.organization()
    raise KeyError(name)


def _apply(emulator: Controlled, name: str, given: Any) -> None:
    if name == "reset":
        emulator.reset()
    elif name == "faults":
        emulator.set_faults(rules(given))
    elif name == "limits":
        emulator.set_limits(tuple(Limit(**item) for item in given))
    elif name == "edit":
        emulator.edit(given["account_id"], **given)
    elif name == "vanish":
        emulator.vanish(given["account_id"])
    else:
        raise KeyError(name)
