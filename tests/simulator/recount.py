"""A second checker, written apart from the product: it recounts what happened from raw bytes and the server's own log.

It imports nothing of the product, uses plain dicts, and reads the formats from the contract ("The journal").
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Json = dict[str, Any]
What = tuple[str, str, str | None]
_DONE_ROW = re.compile(r"^\| (.*?) \| (.*?)(?:, also for .*?)? \| .* \| ✅ done\b[^|]*\|$", re.MULTILINE)
"""Person and change; a change that two tasks ask for stands in the tables of both."""


def recount(evidence: Mapping[str, Any], *, open_allowed: bool = False) -> list[str]:
    """Everything that is wrong, in words; empty where server log, journal and reports tell one story.

    ``evidence`` has ``files`` (path → bytes) and ``effects`` (dicts with account_id, verb, target, and ``announced``
    where the log knows whether the store held the intent then). With ``open_allowed`` the last run may have left
    intents open, as before a recovery.
    """
    wrong: list[str] = []
    records = list(_records(evidence["files"], wrong))
    wrong += _chain(records)
    ends = _accounts(records, wrong)
    if not open_allowed:
        wrong += [f"{key}: announced, and no outcome" for key, (_, statuses) in ends.items() if not statuses]
    wrong += _against_log(ends, evidence["effects"])
    wrong += _late(records, evidence["effects"])
    wrong += _plans(records, evidence["files"])
    wrong += _quarantine(records, evidence["files"])
    wrong += _reports(records, evidence["files"])
    return wrong


def is_settled(files: Mapping[str, bytes]) -> bool:
    """Whether of everything that was announced the end is known."""
    ends = _accounts(_records(files, []), [])
    return all(statuses and statuses[-1] != "unknown" for _, statuses in ends.values())


def _records(files: Mapping[str, bytes], wrong: list[str]) -> Iterator[Json]:
    journals = sorted(path for path in files if path.endswith("/journal.jsonl"))
    for path in journals:
        *lines, torn = files[path].split(b"\n")
        if torn and path != journals[-1] and lines:
            wrong.append(f"{path}: a torn line was never cut off")
        for line in lines:
            yield {**json.loads(line), "_line": line, "_path": path}


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _chain(records: Iterable[Json]) -> Iterator[str]:
    before, seqs = None, Counter[str]()
    for record in records:
        body = {key: value for key, value in record.items() if key not in ("_line", "_path", "hash")}
        seqs[record["run"]] += 1
        where = f"{record['run']} {record['seq']}"
        written = _canonical({**body, "hash": record["hash"]})
        if _sha256(_canonical(body)) != record["hash"] or written != record["_line"]:
            yield f"{where}: the hash does not fit"
        if record["prev"] != before or record["seq"] != seqs[record["run"]]:
            yield f"{where}: does not follow on"
        before = record["hash"]


Ends = dict[tuple[str, str], tuple[What, list[str]]]


def _accounts(records: Iterable[Json], wrong: list[str]) -> Ends:
    """Of each intent what it is about and its outcomes, in order; more than one only where all before are unknown."""
    ends: Ends = {}
    for record in records:
        if record["kind"] not in ("intent", "outcome"):
            continue
        change = record["change"]
        key = (str(record.get("intent_run", record["run"])), str(change["id"]))
        if record["kind"] == "intent":
            if key in ends:
                wrong.append(f"{key}: announced twice")
            ends[key] = ((change["account_id"], change["verb"], change["target"]), [])
        elif key not in ends:
            if record["status"] != "changed_since":
                wrong.append(f"{key}: an outcome without an intent")
        else:
            if any(status != "unknown" for status in ends[key][1]):
                wrong.append(f"{key}: two outcomes")
            ends[key][1].append(record["status"])
    return ends


def _against_log(ends: Ends, effects: Iterable[Json]) -> Iterator[str]:
    """Every effect has one intent that ended applied (or nobody knows how), and every such end has its effect."""
    happened: Counter[What] = Counter()
    for effect in effects:
        what = (effect["account_id"], effect["verb"], effect["target"])
        happened[what] += 1
        if not effect.get("announced", True):
            yield f"{what}: unaudited: it happened before the store held an intent"
    claimed, unknown = Counter[What](), Counter[What]()
    for what, statuses in ends.values():
        last = statuses[-1] if statuses else "unknown"
        claimed[what] += last == "applied"
        unknown[what] += last == "unknown"
    for what in happened | claimed:
        if happened[what] > claimed[what] + unknown[what]:
            yield f"{what}: unaudited or twice: happened {happened[what]} times, recorded {claimed[what]} times"
        if happened[what] < claimed[what]:
            yield f"{what}: phantom: recorded {claimed[what]} times, happened {happened[what]} times"


def _late(records: Iterable[Json], effects: Iterable[Json]) -> Iterator[str]:
    """Whoever sends holds the lease: the newest fence in the store is that of the run which announced the change."""
    fences = {record["run"]: record["fence"] for record in records if record["kind"] == "started"}
    for effect in effects:
        if "fence" in effect and effect["fence"] != fences.get(effect["run"]):
            yield f"{effect['account_id']} {effect['verb']}: sent by run {effect['run']}, which had lost its lease"


def _plans(records: Iterable[Json], files: Mapping[str, bytes]) -> Iterator[str]:
    """Nothing is announced that is not in the run's plan, and the plan's digest is that of what it would change."""
    plans: dict[str, Json] = {}
    for record in records:
        if record["kind"] == "planned":
            path = record["_path"].replace("journal.jsonl", "plan.json")
            plans[record["run"]] = plan = json.loads(files[path])
            rows = [
                [c["account_id"], c["verb"], c["target"]["id"] if c["target"] else None, c["before"], c["after"]]
                for c in plan["changes"]
                if not c["blocked"]
            ]
            if _sha256(_canonical(sorted(rows))) != plan["digest"] or plan["digest"] != record["digest"]:
                yield f"{record['run']}: the digest is not that of the plan"
        elif record["kind"] == "intent":
            allowed = {c["id"] for c in plans.get(record["run"], {"changes": []})["changes"] if not c["blocked"]}
            if record["change"]["id"] not in allowed:
                yield f"{record['run']}: {record['change']['id']} was announced and not planned"


def _quarantine(records: Iterable[Json], files: Mapping[str, bytes]) -> Iterator[str]:
    """Nothing is announced for a task in quarantine alone, unless the run says that it was let out."""
    inside: set[str] = set()
    released: set[str] = set()
    asking: dict[str, set[str]] = {}
    for record in records:
        if record["kind"] == "planned":
            plan = json.loads(files[record["_path"].replace("journal.jsonl", "plan.json")])
            asking = {change["id"]: set(change["tasks"]) for change in plan["changes"]}
            released = set(record["released"])
        elif record["kind"] == "intent":
            inside -= released
            tasks = asking.get(record["change"]["id"], set())
            if tasks and tasks <= inside:
                yield f"{record['run']}: {record['change']['id']} was announced for {sorted(tasks)}, in quarantine"
        elif record["kind"] == "finished":
            inside |= set(record["quarantined"])


def _reports(records: Iterable[Json], files: Mapping[str, bytes]) -> Iterator[str]:
    """A finished run's counts are those of its own outcomes, and its tables of changes have as many rows that say done;
    what it closed of earlier runs stands above them."""
    outcomes: dict[str, Counter[str]] = {}
    for record in records:
        if record["kind"] == "outcome" and "intent_run" not in record:
            outcomes.setdefault(record["run"], Counter())[record["status"]] += 1
        elif record["kind"] == "finished":
            mine = outcomes.get(record["run"], Counter())
            if record["counts"] != dict(mine):
                yield f"{record['run']}: finished says {record['counts']}, the records {dict(mine)}"
            report = files.get(record["_path"].replace("journal.jsonl", "report.md"))
            rows = (
                None if report is None else len(set(_DONE_ROW.findall(report.decode().partition("\n## Changes\n")[2])))
            )
            if rows is not None and rows != mine["applied"]:
                yield f"{record['run']}: the report shows {rows} changes done, the records {mine['applied']}"
