"""Files that are made from the code and kept in a repository: which of them are not fresh, and writing them anew."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def read_stale(folder: Path, texts: Mapping[str, str]) -> list[str]:
    """Names of the files of ``folder`` that are missing or say something else than ``texts`` does."""
    return sorted(name for name, text in texts.items() if _read(folder / name) != text)


def write_stale(folder: Path, texts: Mapping[str, str]) -> list[str]:
    """Write those files anew, with the line ends that Git stores; the names of those that changed."""
    folder.mkdir(parents=True, exist_ok=True)
    changed = read_stale(folder, texts)
    for name in changed:
        (folder / name).write_text(texts[name], encoding="utf-8", newline="\n")
    return changed


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
