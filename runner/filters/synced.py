"""``synced``: whether an identity provider keeps the account."""

from __future__ import annotations

from dataclasses import dataclass

from runner.catalog import TRUE_FALSE, condition
from runner.filters._flag import Flag


@condition("synced", schema=TRUE_FALSE, facts=("synced",))
@dataclass(frozen=True)
class Synced(Flag):
    """An identity provider provisions the account.

    ```yaml
    synced: true
    ```
    """

    words = ("synced from an identity provider", "not synced from an identity provider")
