"""What every store of the journal can do. A store is a small tree of files that changes in acknowledged steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from runner.journal.lease import Decision, Lease

JOURNAL, PLAN, REPORT, INDEX, HEAD, LEASE = "journal.jsonl", "plan.json", "report.md", "README.md", "HEAD", "lease.json"


@dataclass(frozen=True, slots=True)
class Lines:
    """Records to be added to a file that holds ``offset`` bytes now; ``head`` is the hash of the last of them."""

    path: str
    offset: int
    data: bytes
    head: str


@dataclass(frozen=True, slots=True)
class Cut:
    """A file that shall keep only its first ``length`` bytes: an unfinished last line is taken off."""

    path: str
    length: int


@dataclass(frozen=True, slots=True)
class Edit:
    """One step of a store, in this order: the cut, whole files by path, then lines. ``message`` says what it is, in
    words of our own. An edit without anything in it only changes the lease."""

    message: str
    lines: Lines | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    cut: Cut | None = None


class Store(Protocol):
    """Reading and writing raise OtherSideError ``audit_store`` where the store cannot be reached or refuses."""

    def read_journals(self) -> Mapping[str, bytes]:
        """The ``journal.jsonl`` of each run, by the run's name; empty for a run that has none yet."""

    def read_files(self) -> Mapping[str, bytes]:
        """Every file below ``runs/``, by path."""

    def read_file(self, path: str) -> bytes | None:
        """One file, or None."""

    def read_anchor(self) -> str | None:
        """The hash of the last record, as noted outside the journals; None before the first."""

    def write_edit(self, edit: Edit, decide: Decision) -> Lease:
        """Make one step and return only when it is safe from the end of process and machine. ``decide`` is asked what
        becomes of the lease, in the same step; where it refuses, nothing is written. Gives the lease that now stands.
        """
