"""Survivors that nothing is wrong with: which change of which line, and why no test can or need notice it."""

from __future__ import annotations

_DRAFT, _UNDO = "runner/engine/draft.py", "runner/engine/undo.py"
_CHAIN, _LEASE, _RECORDS = "runner/journal/chain.py", "runner/journal/lease.py", "runner/journal/records.py"

EXPLAINED: dict[tuple[str, str, str], str] = {
    (_DRAFT, "moves = _moves(wishes, user, world)[0] if len(scopes) > 1 else ()", "Gt becomes GtE"): (
        "a single action that is asked again says nothing new; it is not asked because people are many"
    ),
    (_DRAFT, "for action, scope in zip(task.actions, scopes, strict=True):", "True becomes False"): (
        "there is one scope for each action by the way they are made; strict says so to the reader"
    ),
    (_UNDO, 'schedule=Schedule("manual"),', "'manual' becomes 'manualx'"): "nobody asks when an undo is due",
    (
        _UNDO,
        "draft = Draft(user, task, matched=True, wishes=tuple(move.wish for move in moves), moves=moves)",
        "True becomes False",
    ): "an undo has no filter, so nobody asks whether a person matched",
    (
        "runner/run/approved.py",
        'how = "over 24 hours old" if saved.created_at < session.now else "over 24 hours ahead of the clock"',
        "Lt becomes LtE",
    ): "the two are over 24 hours apart",
    (
        "runner/engine/settle.py",
        "refused |= {finding.task for finding in new if finding.task is not None}",
        "everybody is let through",
    ): "what a task's rail finds always names its task; the type says so to the reader",
    (
        "runner/engine/settle.py",
        "if not budget or not out:",
        "or becomes and",
    ): "without an override or without a task in quarantine nothing is found to lift; looking takes time",
    (
        "runner/engine/held.py",
        "if not made or not undone or undone[-1].at < made[0].at:",
        "Lt becomes LtE",
    ): "one run does not make a change and its reversal",
    (
        "runner/engine/recheck.py",
        "everyone = (1 << len(present)) - 1",
        "1 becomes 2",
    ): "beyond the last person there is nobody to be matched",
    (
        "runner/engine/evaluate.py",
        "if bits and self.world.snapshot.askable:",
        "and becomes or",
    ): "where either is missing, what follows changes nothing; it only takes time",
    (
        "runner/engine/guard.py",
        'raise ValueError(f"these conditions have no children: {value}")',
        "nothing is raised",
    ): "nobody calls it: conditions about one fact have no children; raising says so to the reader",
    (
        "runner/engine/seats.py",
        "if all(move.wish.kind == MEMBER and not _seat_group(world, move.wish.target) for move in given):",
        "Eq becomes NotEq",
    ): "whoever joins only groups that grant no seat is looked at in full, which takes time and finds none",
    (
        "runner/engine/seats.py",
        'group = world.groups.get(group_id or "")',
        "or becomes and",
    ): "then every group may grant a seat, and is looked at in full, which only takes time",
    (
        "runner/engine/seats.py",
        "if group is None or isinstance(group.grants, Unknown):",
        "Is becomes IsNot",
    ): "then every group may grant a seat; that nobody has heard of one stands in the way before seats do",
    (
        "runner/engine/plan.py",
        "matched = 0",
        "0 becomes 1",
    ): "one person more is looked at than need be; what they are already is what is wanted of them",
    (
        "runner/engine/plan.py",
        'names = {n.casefold() for action in task.actions if action.name == "sync_groups" for n in action.groups()}',
        "everybody is let through",
    ): "more people are looked at than need be; what they are already is what is wanted of them",
    (
        "runner/engine/plan.py",
        "belong = (i for i, user in enumerate(users) if isinstance(user.groups, Unknown) or user.groups & groups)",
        "everybody is let through",
    ): "more people are looked at than need be; what they are already is what is wanted of them",
    (
        "runner/engine/plan.py",
        "belong = (i for i, user in enumerate(users) if isinstance(user.groups, Unknown) or user.groups & groups)",
        "BitAnd becomes BitOr",
    ): "more people are looked at than need be; what they are already is what is wanted of them",
    (_CHAIN, 'return "", 0', "0 becomes 1"): "where no run is named, nobody looks at the number of its record",
    (_CHAIN, "return (not found.run, found.run, found.line is None, found.line or 0)", "0 becomes 1"): (
        "stands for all findings without a line alike; those with one are sorted before them"
    ),
    (
        "runner/journal/fold.py",
        "quarantined={task: run.ending.quarantined[task] for task, run in quarantined.items() if run.ending},",
        "everybody is let through",
    ): "a run that put a task in quarantine has ended; the type says so to the reader",
    (_RECORDS, "_REMEMBERED = 10_000", "10000 becomes 10001"): "how many lines are remembered is a matter of speed",
    (
        _LEASE,
        "return shorten(terminal(text), 80)",
        "80 becomes 81",
    ): "how much is shown of a name that somebody else wrote",
}
"""By module, line and what is done to it."""
