"""Who is left alone whatever a task says: protected people, exempt people, and people of whom that is not known.

Protection and exemptions are conditions like any other, so the same three-valued answers hold: not known to be free
to touch means not touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from runner import catalog
from runner.engine.evaluate import Evaluation
from runner.model.condition import Condition
from runner.model.people import ORG_ADMIN, User
from runner.model.policy import Exemption, Policies, Protect, Task
from runner.model.unknown import Unknown
from runner.model.verdicts import members

_Whom = Mapping[str, Sequence[tuple[bool | None, Condition, str]]]
"""By account id, which conditions hold of a person (True) or may hold (None), each with its label."""


class Guard:
    """The protected and exempt people of one evaluation, asked once about everybody.

    ``active_exemptions`` are those that hold today, in UTC.
    """

    def __init__(self, policies: Policies, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._key_owner = evaluation.world.snapshot.key_owner
        self._keepers = policies.keepers
        self._protections = self._whom(protections(policies.settings.protect))
        today = evaluation.world.now.date()
        self.active_exemptions = tuple(
            e for e in policies.exemptions if (e.start is None or e.start <= today) and today <= e.expires
        )
        self._exemptions = tuple((e, exemption_condition(e, policies)) for e in self.active_exemptions)
        self._exempted = tuple((e, self._whom([(condition, e.reason)])) for e, condition in self._exemptions)

    def reason(self, user: User, task: Task) -> tuple[str, str] | None:
        """Why this task leaves this person alone, as a skip's word and its detail; None when it need not.

        A task that changes nothing may list protected people too, but not exempt ones.
        """
        touches = any(action.verbs for action in task.actions)
        protected = self.protected(user) if touches else None
        if protected is not None and protected[0] == "protected":
            return protected
        exempt = self.exempt(user, task)
        return exempt if exempt is not None and exempt[0] == "exempt" else protected or exempt

    def protected(self, user: User) -> tuple[str, str] | None:
        """``protected`` and by what, ``unknown`` and which fact is missing, or None."""
        return _first("protected", self._protected(user))

    def exempt(self, user: User, task: Task) -> tuple[str, str] | None:
        """``exempt`` and the reason given, ``unknown`` and which fact is missing, or None."""
        applying = (whom for e, whom in self._exempted if e.tasks is None or task.name in e.tasks)
        return _first("exempt", (held for whom in applying for held in self._hold(user, whom)))

    def _protected(self, user: User) -> Iterator[tuple[bool | None, str]]:
        """Every reason to protect the person that holds (True) or may hold (None)."""
        if isinstance(user.roles, Unknown):
            yield None, "roles"
        elif ORG_ADMIN in user.roles:
            yield True, ORG_ADMIN
        if user.account_id == self._key_owner:
            yield True, "owner of the API key"
        if isinstance(user.email, str) and user.email.casefold() in self._keepers:
            yield True, "keeps the schedule alive"
        yield from self._hold(user, self._protections)

    def _whom(self, named: Iterable[tuple[Condition, str]]) -> _Whom:
        """The few people of whom one of these conditions holds or may hold, by account id."""
        users = self._evaluation.world.snapshot.users
        found: dict[str, list[tuple[bool | None, Condition, str]]] = {}
        for condition, label in named:
            verdicts = self._evaluation.verdicts(condition)
            for index in members(verdicts.yes | verdicts.unknown):
                found.setdefault(users[index].account_id, []).append((verdicts.truth(index), condition, label))
        return found

    def _hold(self, user: User, whom: _Whom) -> Iterator[tuple[bool | None, str]]:
        for truth, condition, label in whom.get(user.account_id, ()):
            yield truth, label if truth else ", ".join(self._evaluation.missing(condition, user))

    def used(self, tasks: tuple[Task, ...]) -> tuple[Exemption, ...]:
        """The active exemptions that keep somebody who matches one of the tasks from it."""
        matched = {task.name: self._evaluation.verdicts(task.condition).yes for task in tasks}
        return tuple(
            exemption
            for exemption, condition in self._exemptions
            if any(
                self._evaluation.verdicts(condition).yes & bits
                for name, bits in matched.items()
                if exemption.tasks is None or name in exemption.tasks
            )
        )


def _first(why: str, found: Iterator[tuple[bool | None, str]]) -> tuple[str, str] | None:
    """What is known wins over what may be."""
    unknown = None
    for truth, detail in found:
        if truth:
            return why, detail
        unknown = unknown or ("unknown", detail)
    return unknown


def protections(protect: Protect) -> Iterator[tuple[Condition, str]]:
    """The protected users and groups of the settings as conditions, each with the entry's own words."""
    for user in protect.users:
        yield person(user), user
    for group in protect.groups:
        yield _condition("group", literal(group)), f"group {group}"


def exemption_condition(exemption: Exemption, policies: Policies) -> Condition:
    """Whom an exemption is about, as a condition."""
    if exemption.user is not None:
        return person(exemption.user)
    if exemption.group is not None:
        return _condition("group", literal(exemption.group))
    if exemption.email_domain is not None:
        return _condition("email_domain", exemption.email_domain)
    return policies.filters[exemption.filter or ""].condition


def person(entry: str) -> Condition:
    """One person by e-mail address or by account id."""
    return _condition("email", literal(entry)) if "@" in entry else _condition("account_id", entry)


def people(account_ids: Iterable[str]) -> Condition:
    """These people, by account id."""
    return _condition("account_id", sorted(account_ids))


def literal(text: str) -> str:
    """Text as a glob that matches only itself."""
    return text.replace("*", "[*]").replace("?", "[?]")


def _condition(name: str, value: Any) -> Condition:
    return catalog.conditions()[name].from_yaml(value, _no_children)


def _no_children(value: Any) -> Condition:
    raise ValueError(f"these conditions have no children: {value}")
