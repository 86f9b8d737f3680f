"""``email``: the address that people sign in with."""

from __future__ import annotations

from dataclasses import dataclass

from runner.catalog import condition
from runner.filters._pattern import GLOBS, Pattern


@condition("email", schema=GLOBS, facts=("email",))
@dataclass(frozen=True)
class Email(Pattern):
    """The e-mail address fits one of these.

    ```yaml
    email: ["bot-*@acme.example", ann@acme.example]
    ```
    """

    word = "e-mail"
