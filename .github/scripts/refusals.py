"""``refusals.py PLAN.json``: hands on which rails refused what, without anybody's name, as the output ``refusals``."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path


def main(plan: str) -> None:
    """Write the output for the next job."""
    refusals = json.loads(Path(plan).read_text("utf-8"))["refusals"]
    kept = [{key: refusal[key] for key in ("rail", "task", "digest")} for refusal in refusals]
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as file:
        file.write(f"refusals={json.dumps(kept)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
