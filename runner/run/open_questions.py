"""What Atlassian's descriptions leave open (Atlassian facts, section 8), as it turns out in one organization: pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from runner.directory.atlassian.probe import Answers, Sampled
from runner.model.outcome import ALREADY, FAILED, NOT_SENT
from runner.model.record import RunRecord
from runner.run.diagnosis import GOOD, NOTE, WARN, Line

_MOST_WORDS = 3
_NOTHING = "nothing to do"
_QUESTIONS = {
    "whole_groups": (
        "lists of groups",
        "whole: the largest group, and whoever is in the most groups, agree with the server's counts",
        "cut short: the largest group, or whoever is in the most groups, is not what the server counts",
        "nobody is in a group",
    ),
    "alike_everywhere": (
        "all directories at once",
        "a search over all directories says of people what their directories say",
        "a search over all directories says less than one in each; the runner asks each one",
        "there is one directory only",
    ),
    "roles_on_apps": (
        "roles on apps",
        "asking by role and app means the role on that app",
        "asking by role and app finds roles on any app; finding who uses an app directly costs a search more",
        "it takes one directory, and somebody who uses one app and is an admin of another",
    ),
    "suspended_groups": (
        "groups of suspended people",
        "they still list their groups, so what a restoration gives back is known",
        "they list no groups: what a restoration gives back is not known before",
        "nobody is suspended",
    ),
    "suspended_use": (
        "activity of suspended people",
        "it is still listed",
        "it is not listed: conditions on it make no sense of people who are suspended",
        "nobody is suspended, or nobody of them used anything",
    ),
}
"""By the answers' names: the topic, what a yes and what a no means, and why there may be no answer."""


def answer_lines(answers: Answers) -> Iterator[Line]:
    """One line a question, in the order of the Atlassian facts; each says what to do, or that nothing is."""
    yield from (_told(name, answers) for name in ("alike_everywhere", "whole_groups"))
    yield _page(answers.page)
    yield _ids(answers)
    yield _told("roles_on_apps", answers)
    yield _limits(answers.limits or {})
    yield _refusals(answers.told_when_refused)
    yield from (_told(name, answers) for name in ("suspended_groups", "suspended_use"))
    yield _managed(answers.managed_page)


def write_lines(runs: Iterable[RunRecord]) -> Iterator[Line]:
    """What only writes tell, as far as the journal has met it: how Atlassian refuses, and what was done already."""
    said = Counter(
        f"{outcome.change.verb}: {outcome.detail}"
        for run in runs
        for outcome in (*run.outcomes, *run.recovered)
        if outcome.status in (FAILED, ALREADY) and outcome.detail and not outcome.detail.startswith(NOT_SENT)
    )
    for words, count in said.most_common(_MOST_WORDS):
        yield Line(
            "refused writes",
            NOTE,
            f"{words} ({f'{count} times' if count > 1 else 'once'})",
            "policy-runner report says whom it was about",
        )
    if not said:
        found = "none in the journal, so what is said to org admins, and to suspending twice, is not known"
        yield Line(
            "refused writes", NOTE, found, "nothing to do: neither is ever sent, and reports say what was refused"
        )
    found = "whether taking one also ends memberships, only a write would tell"
    remedy = (
        "nothing to do: memberships are ended one by one, only direct roles are taken, and each is looked at afterwards"
    )
    yield Line("taking a role", NOTE, found, remedy)


def _told(name: str, answers: Answers) -> Line:
    topic, yes, no, why_not = _QUESTIONS[name]
    answer = getattr(answers, name)
    if answer is None:
        return Line(topic, NOTE, f"this organization cannot say: {why_not}", _NOTHING)
    if answer:
        return Line(topic, GOOD, yes)
    if name == "whole_groups":
        return Line(topic, WARN, no, "look again; if it stays so, report it with the number of groups")
    return Line(topic, NOTE, no, _NOTHING)


def _page(page: Sampled) -> Line:
    found = f"{page.came} of {page.asked} people came, with everything asked for, in {page.seconds:.1f} seconds"
    if page.came >= page.asked:
        return Line("a page of people", GOOD, found)
    return Line(
        "a page of people", NOTE, found, "nothing to do: pages are read to their end, it only takes more of them"
    )


def _ids(answers: Answers) -> Line:
    shapes = " and ".join(sorted(answers.group_ids)) or "nobody has a group"
    keys = ", ".join(sorted(answers.product_keys)) or "nobody has used an app"
    found = f"people's groups: {shapes}; apps they used: {keys}"
    if answers.strangers:
        strange = f"{found}; {len(answers.strangers)} of no app that is listed, such as {min(answers.strangers)}"
        return Line("ids", NOTE, strange, "nothing to do: using one of these counts as using some app")
    return Line("ids", GOOD, found)


def _limits(limits: Mapping[str, int]) -> Line:
    if not limits:
        return Line("rate limits", NOTE, "no reply announced one", "nothing to do: a 429 is waited out")
    by_limit: dict[int, list[str]] = {}
    for operation, limit in sorted(limits.items()):
        by_limit.setdefault(limit, []).append(operation)
    found = "; ".join(f"{limit} for {names[0]} and {len(names) - 1} more" for limit, names in sorted(by_limit.items()))
    return Line("rate limits", GOOD, f"announced and kept: {found}")


def _refusals(told: frozenset[str]) -> Line:
    if not told:
        return Line("replies of 429", NOTE, "there was none, so what they carry is not known", _NOTHING)
    words = "say nothing of when to come again" if told == {"nothing"} else f"carry {' and '.join(sorted(told))}"
    return Line("replies of 429", NOTE, f"they {words}", "nothing to do: it is waited out")


def _managed(page: tuple[int, int | None] | None) -> Line:
    topic = "list of managed accounts"
    if page is None:
        return Line(topic, NOTE, "this key may not read it", "nothing to do: the runner does not need it")
    came, total = page
    of = "" if total is None else f" of {total:,}"
    return Line(topic, GOOD, f"{came}{of} came in its first page; the runner does not need it")
