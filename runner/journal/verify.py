"""What somebody changed in a journal: every edit, loss, insertion, reordering, exchange and cut, the first one first.

Pure: from the bytes of all files below ``runs/`` and the anchor to findings. An honest journal has none, also one whose
runs were killed or whose last line was torn. What this proves: that nothing was changed since the anchor was noted
outside the journal. It does not prove who wrote a record, and whoever can rewrite the journal with every anchor can
make a new one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass, field

from runner.journal import forms
from runner.journal.chain import Chain, Finding, RunLog, build_chain, in_order
from runner.journal.ids import run_folder, run_of
from runner.journal.records import Record, sha256
from runner.journal.store import JOURNAL, REPORT
from runner.model.outcome import CHANGED_SINCE, UNKNOWN_OUTCOME

_Files = Mapping[str, Mapping[str, bytes]]


def check_journal(files: Mapping[str, bytes], anchor: str | None) -> tuple[Finding, ...]:
    """All that is wrong with the files of a store's ``runs/``, by path; ``anchor`` as a store's ``read_anchor`` has it.

    Reports are compared with the hash that the next run noted; the newest one only follows from its records.
    """
    runs, strays = _by_run(files)
    chain = build_chain({run: kept.get(JOURNAL, b"") for run, kept in runs.items()}, anchor)
    found = [*chain.findings, *_file_findings(chain, runs), *_report_findings(chain, runs), *strays]
    if not chain.findings:  # what a broken chain tells needs no auditing
        found += _account_findings(chain)
    return in_order(found)


def _by_run(files: Mapping[str, bytes]) -> tuple[_Files, list[Finding]]:
    """The files of each run by their names in its folder, and those that belong nowhere. Dot files are let be."""
    runs: dict[str, dict[str, bytes]] = {}
    strays = []
    for path, data in files.items():
        run = run_of(path)
        if run is not None:
            runs.setdefault(run, {})[path.removeprefix(f"{run_folder(run)}/")] = data
        elif not any(part.startswith(".") for part in path.split("/")):
            strays.append(Finding("", "stray", "the file belongs to no run", file=path))
    return runs, strays


def _named(log: RunLog) -> Mapping[str, str]:
    """The files that a run's records name, with their hashes."""
    found: dict[str, str] = {}
    for record in log.records:
        with suppress(TypeError):  # such a record is a finding already
            found |= forms.files_from(record.body)
    return found


def _file_findings(chain: Chain, runs: _Files) -> Iterable[Finding]:
    """Files come before the record that names them: a killed run may have one that none names, never the reverse."""
    for log in chain.logs:
        kept, named = runs[log.run], _named(log)
        for name, stated in named.items():
            if name not in kept:
                yield Finding(log.run, "lost_file", "a file that the run recorded is missing", file=name)
            elif sha256(kept[name]) != stated:
                yield Finding(log.run, "changed_file", "the file is not the one that the run recorded", file=name)
        for name in sorted(_unexpected(log, kept.keys() - named.keys() - {JOURNAL})):
            if not name.rpartition("/")[2].startswith("."):
                yield Finding(log.run, "stray", "no record of the run names this file", file=name)


def _unexpected(log: RunLog, unnamed: Set[str]) -> Set[str]:
    """Those of a run's unnamed files that no honest run leaves: its report is what it writes last."""
    if not log.records:
        return unnamed & {REPORT}
    return unnamed - {REPORT} if log.records[-1].kind == "finished" else set()


def _report_findings(chain: Chain, runs: _Files) -> Iterable[Finding]:
    """A run notes the hash of the report of the run before it (None: there was none)."""
    for log in chain.logs:
        after = log.records[0].body.get("after") if log.records else None
        if isinstance(after, dict) and after.get("run") in runs:
            report = runs[after["run"]].get(REPORT)
            if (None if report is None else sha256(report)) != after.get("report"):
                yield Finding(after["run"], "changed_file", "the report is not the one that was published", file=REPORT)


@dataclass
class _Accounts:
    """Which changes were announced and how they ended, by the run that announced them and their ids."""

    ends: dict[tuple[str, str], str | None] = field(default_factory=dict)

    def wrong(self, record: Record) -> str:
        """What is wrong with an intent or outcome, given all before it; empty for nothing."""
        change = forms.change_from(record.body)
        if record.kind == "intent":
            if (record.run, change.id) in self.ends:
                return "the run announces the change a second time"
            self.ends[record.run, change.id] = None
            return ""
        outcome = forms.outcome_from(record.body, record.at)
        key = (outcome.intent_run or record.run, change.id)
        if key not in self.ends:
            # Somebody who had changed may be found out before the change is announced: nothing was sent.
            return "" if outcome.status == CHANGED_SINCE else "the change ended without having been announced"
        if self.ends[key] not in (None, UNKNOWN_OUTCOME):
            return "the change ended before"
        self.ends[key] = outcome.status
        return ""


def _account_findings(chain: Chain) -> Iterable[Finding]:
    """Every effect has one intent, in front of it, and at most one end."""
    accounts = _Accounts()
    for log in chain.logs:
        for record in log.records:
            if record.kind in ("intent", "outcome"):
                try:
                    wrong = accounts.wrong(record)
                except (KeyError, TypeError, ValueError) as error:
                    wrong = f"the record lacks what its kind needs: {error}"
                if wrong:
                    yield Finding(log.run, "accounts", wrong, seq=record.seq, line=record.seq)
