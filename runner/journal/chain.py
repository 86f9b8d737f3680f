"""The chain of all records of all runs: read once, every break of it found. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from runner.journal.records import Record, RecordError, Tip, parse_line
from runner.model.canonical import digest
from runner.text import shorten, terminal


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that an honest journal never shows. ``seq`` and ``line`` are those that the bad (or missing) record has
    or should have had; ``file`` is set where it is not about a record. ``code`` is a short stable word."""

    run: str
    code: str
    message: str
    seq: int | None = None
    line: int | None = None
    file: str | None = None

    def __str__(self) -> str:
        where = f"record {self.seq}, line {self.line}" if self.seq is not None else self.file or ""
        place = ", ".join(part for part in (f"run {self.run}" if self.run else "", where) if part)
        return f"{place}: {self.message}" if place else self.message


@dataclass(frozen=True, slots=True)
class RunLog:
    """One run's records; ``size`` is the bytes of its whole lines, ``torn`` what a dying machine left behind them."""

    run: str
    records: tuple[Record, ...]
    size: int
    torn: bytes = b""


@dataclass(frozen=True, slots=True)
class Chain:
    """All runs, oldest first, also those that died before their first record, and all that is wrong with them."""

    logs: tuple[RunLog, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def last(self) -> RunLog | None:
        """The last run that has records."""
        return next((log for log in reversed(self.logs) if log.records), None)

    @property
    def tip(self) -> Tip | None:
        """The last record of all."""
        return self.last.records[-1].tip if self.last else None


_BROKEN = "the record does not follow on from the one before: something was taken out, put in or exchanged"


@dataclass
class _Walk:
    """Where a walk along the chain stands: the hashes that the next record may follow, and what was found so far."""

    journals: Mapping[str, bytes]
    follows: set[str | None] = field(default_factory=lambda: {None})
    seen: set[str] = field(default_factory=set)
    logs: list[RunLog] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def pass_run(self, run: str, data: bytes) -> None:
        """Read one run's journal and note what is wrong with it. After a bad line the walk goes on from the next."""
        *lines, torn = data.split(b"\n")
        place = _Place(run)
        records = [record for record in (self._pass_line(place, line) for line in lines) if record]
        if torn and place.finished:
            self.findings.append(place.finding("after_end", "something was written behind the run's end"))
        self.logs.append(RunLog(run, tuple(records), len(data) - len(torn), torn))

    def _pass_line(self, place: _Place, line: bytes) -> Record | None:
        try:
            record = parse_line(line)
        except RecordError as error:
            self.findings.append(place.finding(error.code, error.message))
            self._go_on_after(line)
            place.step(place.seq)
            return None
        finding = self._wrong(record, place)
        if finding:
            self.findings.append(finding)
        self.follows = {record.hash}
        self.seen.add(record.hash)
        place.finished = place.finished or record.kind == "finished"
        place.step(record.seq)
        return record

    def _go_on_after(self, line: bytes) -> None:
        """A record that was changed still has neighbours that were not: the next one names the hash it had."""
        try:
            value = json.loads(line)
            stated = value.pop("hash")
            hashes = {str(stated), digest(value)}
        except (ValueError, AttributeError, KeyError, TypeError, RecursionError):
            hashes = set()
        self.follows = {*hashes}
        self.seen |= hashes

    def _wrong(self, record: Record, place: _Place) -> Finding | None:
        """What is wrong with a record where it stands. Where nothing is known of the one before, all may follow."""
        if record.run != place.run:
            return place.finding("other_run", f"the record belongs to run {shorten(terminal(record.run), 60)}")
        if record.prev not in self.follows and self.follows:
            return self._gap(record, place) if place.line == 1 else place.finding("broken", _BROKEN)
        if record.seq != place.seq:
            return place.finding("order", f"the record is number {record.seq} of its run")
        if place.finished or (record.kind == "started") != (place.line == 1):
            return place.finding("order", f"a {record.kind} record does not belong here")
        return None

    def _gap(self, record: Record, place: _Place) -> Finding:
        """What is missing between two runs, as far as the later one says which record it followed."""
        before, seq = _stated_before(record)
        if before and before not in self.journals:
            return Finding(before, "lost_run", f"the run is missing; run {place.run} followed it")
        held = next((len(log.records) for log in self.logs if log.run == before), seq)
        if held < seq:
            message = f"records {held + 1} to {seq} are missing: the run's tail was cut"
            return Finding(before, "cut_tail", message, seq=held + 1, line=held + 1)
        return place.finding("broken", "the run does not follow on from the one before")


@dataclass
class _Place:
    """Where in a run's file a walk stands; ``seq`` is the number that the record on this line should have."""

    run: str
    line: int = 1
    seq: int = 1
    finished: bool = False

    def step(self, seq: int) -> None:
        """Go to the next line; ``seq`` is the number of the record on this one."""
        self.line, self.seq = self.line + 1, seq + 1

    def finding(self, code: str, message: str) -> Finding:
        """Something wrong with the record that stands here."""
        return Finding(self.run, code, message, seq=self.seq, line=self.line)


def _stated_before(record: Record) -> tuple[str, int]:
    """Which run and record a run's first record says it followed."""
    after = record.body.get("after")
    if isinstance(after, dict) and isinstance(after.get("run"), str) and type(after.get("seq")) is int:
        return after["run"], after["seq"]
    return "", 0


def build_chain(journals: Mapping[str, bytes], anchor: str | None) -> Chain:
    """The chain of the journals of all runs, by the runs' names. ``anchor`` is the hash of the last record as it was
    noted elsewhere: without one, a tail that was cut off the newest run cannot be told from one that never was."""
    walk = _Walk(journals)
    for run, data in sorted(journals.items()):
        walk.pass_run(run, data)
    chain = Chain(tuple(walk.logs))
    findings = [*walk.findings, *_torn_findings(chain), *_anchor_findings(chain, walk.seen, anchor)]
    return Chain(chain.logs, in_order(findings))


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings as the chain passes by them: a run's records before its files, what is about no run last."""

    def place(found: Finding) -> tuple[bool, str, bool, int]:
        return (not found.run, found.run, found.line is None, found.line or 0)

    return tuple(sorted(findings, key=place))


def _torn_findings(chain: Chain) -> list[Finding]:
    """A torn tail is honest in the last run only: whoever opened the next one has cut it."""
    message = "an unfinished line stands in a run that others followed"
    return [
        Finding(log.run, "torn", message, seq=len(log.records) + 1, line=len(log.records) + 1)
        for log in chain.logs
        if log.torn and log.records and log is not chain.last and log.records[-1].kind != "finished"
    ]


def _anchor_findings(chain: Chain, seen: set[str], anchor: str | None) -> list[Finding]:
    """The anchor is written behind each append, so it may be one append behind, and not be there before some run has
    made its second: several in a row may have died, or found the disk full, between their first record and the anchor.
    """
    begun = all(len(log.records) <= 1 for log in chain.logs)
    if anchor in seen or (anchor is None and begun):
        return []
    if anchor is None or not chain.logs:
        missing = "the anchor (HEAD) is missing" if anchor is None else "all records are missing"
        return [Finding("", "anchor", missing, file="HEAD")]
    last = chain.logs[-1]
    message = "the journal's tail was cut, or its anchor changed: the record that the anchor names is missing"
    return [Finding(last.run, "cut_tail", message, seq=len(last.records) + 1, line=len(last.records) + 1)]
