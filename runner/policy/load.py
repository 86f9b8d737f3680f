"""A policies folder becomes policies: everything is read and checked, and everything wrong is told at once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from runner.model.condition import Condition
from runner.model.plan import Provenance
from runner.model.policy import Exemption, Override, Policies, PolicyTest, SavedFilter, Settings, Task
from runner.model.problem import Place
from runner.policy.documents import Document, read_documents
from runner.policy.elements import Elements, UnbuildableError
from runner.policy.files import ENDINGS, Folder, read_folder
from runner.policy.git import read_commit, read_enabled_since, read_head, read_keepers
from runner.policy.lists import read_list, read_message
from runner.policy.problems import PolicyError, Problems
from runner.policy.references import Known, check_references, in_order
from runner.policy.settings import build_exemptions, build_override, build_settings, build_test
from runner.policy.tasks import build_task
from runner.policy.values import Placed


def load(folder: Path, *, today: date) -> Policies:
    """The policies in a folder, judged on ``today`` (UTC).

    Raises PolicyError with every problem of every file.
    """
    problems = Problems()
    found = read_folder(folder, problems)
    documents = read_documents(found, problems)
    known = Known({room: found.names(room) for room in ENDINGS}, {d.name: d for d in _of(documents, "task")})
    check_references(documents, known, problems)
    building = _Building(folder, documents, today, problems)
    policies = Policies(
        settings=building.settings(),
        filters=building.filters(),
        tasks=building.tasks(),
        exemptions=building.exemptions(),
        lists={file.name: read_list(file, problems) for file in found.files if file.room == "lists"},
        messages={file.name: read_message(file, problems) for file in found.files if file.room == "messages"},
        overrides=building.overrides(),
        tests=building.tests(),
        provenance=Provenance(None, found.sha256),
        stopped=found.stopped,
    )
    if problems.errors:
        raise PolicyError(problems.errors, problems.warnings)
    return _with_history(replace(policies, warnings=tuple(sorted(set(problems.warnings)))), folder, found)


def _with_history(policies: Policies, folder: Path, found: Folder) -> Policies:
    """The policies with what git knows: their commit, since when each task is enabled, who keeps the schedule."""
    if read_head(folder) is None:
        return policies
    paths = {file.name: file.path for file in found.files if file.room == "tasks"}
    tasks = {
        name: replace(task, enabled_since=read_enabled_since(paths[name])) if task.enabled else task
        for name, task in policies.tasks.items()
    }
    commit = read_commit(folder, (file.path for file in found.files))
    return replace(policies, tasks=tasks, provenance=Provenance(commit, found.sha256), keepers=read_keepers(folder))


def _of(documents: Iterable[Document], kind: str) -> Iterator[Document]:
    return (document for document in documents if document.kind == kind)


class _Building:
    """Makes values of the sound documents, each kind by itself; what is not sound was told and is passed over."""

    def __init__(self, folder: Path, documents: list[Document], today: date, problems: Problems) -> None:
        self._folder = folder
        self._documents = documents
        self._today = today
        self._problems = problems
        self._filters: dict[str, SavedFilter] = {}
        self._conditions: dict[str, Condition] = {}

    def _sound(self, kind: str) -> Iterator[Document]:
        return (document for document in _of(self._documents, kind) if document.sound)

    def settings(self) -> Settings:
        """The settings, or the defaults where there is no such file."""
        return next((build_settings(d.fields) for d in self._sound("settings")), build_settings(Placed({})))

    def filters(self) -> dict[str, SavedFilter]:
        """Saved filters by name, built before those that mention them."""
        for document in in_order({d.name: d for d in _of(self._documents, "filter")}, self._problems):
            if document.sound:
                self._build_filter(document)
        return dict(sorted(self._filters.items()))

    def _build_filter(self, document: Document) -> None:
        values = document.fields
        try:
            condition = Elements(self._problems, self._conditions).condition(values["match"])
        except UnbuildableError:
            return
        self._conditions[document.name] = condition
        self._filters[document.name] = SavedFilter(
            document.name, values.get("description", ""), condition, values.place
        )

    def tasks(self) -> dict[str, Task]:
        """Tasks by name; one that demands a test has one."""
        elements = Elements(self._problems, self._conditions)
        tested = {document.fields.get("task") for document in _of(self._documents, "test")}
        found: dict[str, Task] = {}
        for document in _of(self._documents, "task"):
            if document.name == "all":
                hint = "`all` means every task elsewhere"
                self._problems.error(Place(document.file), "file_name", "a task cannot be called all", hint)
            if document.fields.get("tests") == "required" and document.name not in tested:
                hint = f"add tests/{document.name}.yaml with task: {document.name}, or remove `tests`"
                self._problems.error(document.fields.at("tests"), "untested", "no test names this task", hint)
            if document.sound:
                try:
                    found[document.name] = build_task(document, elements, self._problems)
                except UnbuildableError:
                    continue
        return found

    def exemptions(self) -> tuple[Exemption, ...]:
        """Who is left alone."""
        found = (build_exemptions(d, self._today, self._problems) for d in self._sound("exemptions"))
        return tuple(exemption for exemptions in found for exemption in exemptions)

    def overrides(self) -> tuple[Override, ...]:
        """Rails lifted once, in the order of their names."""
        return tuple(build_override(d, self._today, self._problems) for d in self._sound("override"))

    def tests(self) -> tuple[PolicyTest, ...]:
        """Policy tests, in the order of their names; a recorded directory that one names must be there."""
        found = []
        for document in self._sound("test"):
            test = build_test(document, self._problems)
            if test.directory is not None:
                recorded = self._recorded(test.directory)
                if recorded is None:
                    place, hint = document.fields.at("directory"), "a file in or below the folder that policies/ is in"
                    self._problems.error(place, "no_file", f"there is no file {test.directory}", hint)
                test = replace(test, directory=recorded)
            found.append(test)
        return tuple(found)

    def _recorded(self, written: str) -> str | None:
        """The path from beside the policies folder of a recorded directory; a test may also say where the file is from
        where it stands itself."""
        policies = self._folder.resolve()
        for base in (policies.parent, policies / "tests"):
            path = Path(os.path.normpath(base / written))
            if path.is_relative_to(policies.parent) and path.is_file():
                return path.relative_to(policies.parent).as_posix()
        return None
