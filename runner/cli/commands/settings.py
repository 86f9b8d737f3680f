"""``settings``: what holds for every run, with the defaults of what nobody wrote."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from runner.cli.workplace import Workplace
from runner.errors import FINE
from runner.model.policy import Settings

HELP = "show the settings in force, or one of them"
ABOUT = """
Show the settings that workflows and scripts have to know, checked, and with the defaults of what nobody wrote.

examples:
  policy-runner settings
  policy-runner settings reports.branch       one value alone, for a script
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See Command."""
    parser.add_argument("key", nargs="?", choices=list(_values(Settings())), help="one of them")


def run(args: argparse.Namespace, place: Workplace) -> int:
    """See Command."""
    values = _values(place.policies.settings)
    shown = {args.key: values[args.key]} if args.key else values
    if place.console.json:
        place.console.result_json(shown)
    elif args.key:
        place.console.result(values[args.key])
    else:
        place.console.result("\n".join(f"{key}: {value}" for key, value in shown.items()))
    return FINE


def _values(settings: Settings) -> Mapping[str, str]:
    """By the keys of ``settings.yaml``; none of them holds a line break."""
    return {
        "organization.id": settings.organization or "",
        "organization.directory": settings.directory or "",
        "reports.privacy": settings.privacy,
        "reports.branch": settings.branch,
    }
