"""``managed``: whether the organization owns the account."""

from __future__ import annotations

from dataclasses import dataclass

from runner.catalog import TRUE_FALSE, condition
from runner.filters._flag import Flag


@condition("managed", schema=TRUE_FALSE, facts=("managed",))
@dataclass(frozen=True)
class Managed(Flag):
    """The account belongs to a claimed domain (``false``: an external account).

    ```yaml
    managed: true
    ```
    """

    words = ("managed account", "external account")
