"""``mfa``: multi-factor authentication."""

from __future__ import annotations

from dataclasses import dataclass

from runner.catalog import TRUE_FALSE, condition
from runner.filters._flag import Flag


@condition("mfa", schema=TRUE_FALSE, facts=("mfa",))
@dataclass(frozen=True)
class Mfa(Flag):
    """Multi-factor authentication is on (``false``: off).

    ```yaml
    mfa: false
    ```
    """

    words = ("multi-factor on", "multi-factor off")
