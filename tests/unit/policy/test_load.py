"""A folder of policies: what may lie there, what one file may say of another, and that everything is told at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from runner.model.duration import Duration
from runner.model.policy import Limits, Notify, Policies, RunLimits, Schedule, Select
from runner.model.problem import Place
from runner.policy.load import load
from runner.policy.problems import PolicyError

TODAY = date(2026, 11, 22)
TASK = """\
description: Take seats back
owner: it@acme.example
filter: idle
actions: [{remove_app_access: jira-software}]
schedule: {weekly: {days: monday, at: 06:00}, timezone: Europe/Berlin}
"""
IDLE = "description: idle\nmatch: {inactive: {for: 90d}}\n"
Write = Callable[[Mapping[str, str | bytes]], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes files of a policies folder, and gives the folder."""

    def write_files(files: Mapping[str, str | bytes]) -> Path:
        folder = tmp_path / "policies"
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return folder

    return write_files


def said(folder: Path) -> list[str]:
    """``file:line:column message`` of every problem; nothing where there is none."""
    try:
        load(folder, today=TODAY)
    except PolicyError as error:
        return [f"{p.place} {p.message}".removeprefix("policies/") for p in error.problems]
    return []


def warned(policies: Policies) -> list[str]:
    """``file:line:column message`` of every warning."""
    return [f"{p.place} {p.message}".removeprefix("policies/") for p in policies.warnings]


def test_a_folder_becomes_policies(write: Write) -> None:
    """Names come from files, everything else from what they say."""
    folder = write({"filters/idle.yaml": IDLE, "tasks/reclaim.yaml": TASK + "limits: {users: 25, percent: 5}\n"})
    policies = load(folder, today=TODAY)
    task = policies.tasks["reclaim"]
    assert (task.name, task.owner, task.filter_name, task.enabled) == ("reclaim", "it@acme.example", "idle", True)
    assert task.schedule == Schedule("weekly", at=(6, 0), days=(0,), timezone="Europe/Berlin")
    assert task.limits == Limits(25, 5)
    assert task.condition.written == "filter: idle"
    assert [action.written for action in task.actions] == ["remove_app_access: jira-software"]
    assert task.actions[0].place == Place("policies/tasks/reclaim.yaml", 4, 11)
    assert policies.filters["idle"].condition.place == Place("policies/filters/idle.yaml", 2, 8)
    assert policies.settings.limits == RunLimits()
    assert (policies.provenance.commit, len(policies.provenance.sha256)) == (None, 64)
    assert task.enabled_since is None


def test_settings_are_read_whole(write: Write) -> None:
    """Every key of the settings arrives."""
    text = """\
organization: {id: "123", directory: d-1}
protect: {users: [a@acme.example], groups: [g], min_org_admins: 3, min_members: {site-admins: 3}}
limits: {users_per_run: 1, percent_per_run: 2.5, percent_per_day: 3, population_drop_percent: 4}
prices: {currency: EUR, jira-software: 7.53}
reports: {privacy: pseudonymous, branch: log}
notify: {email: {from: it@acme.example}, webhook: {allow: [hooks.slack.com]}}
"""
    settings = load(write({"settings.yaml": text}), today=TODAY).settings
    assert (settings.organization, settings.directory) == ("123", "d-1")
    assert settings.protect.users == ("a@acme.example",)
    assert (settings.protect.min_org_admins, settings.protect.min_members) == (3, {"site-admins": 3})
    assert settings.limits == RunLimits(1, 2.5, 3, 4)
    assert (settings.prices, settings.currency) == ({"jira-software": 7.53}, "EUR")
    assert (settings.privacy, settings.branch) == ("pseudonymous", "log")
    assert (settings.email_from, settings.webhook_allow) == ("it@acme.example", ("hooks.slack.com",))


def test_an_empty_folder_is_fine(write: Write) -> None:
    """Settings and exemptions may be absent, and an empty list of exemptions may be there."""
    assert load(write({"README.md": "x", ".hidden": "y"}), today=TODAY).tasks == {}
    assert load(write({"exemptions.yaml": "[]", "settings.yaml": "{}"}), today=TODAY).exemptions == ()


def test_a_folder_that_is_not_there_is_one_clear_problem(tmp_path: Path) -> None:
    """Exit code 2, a reason and a hint."""
    with pytest.raises(PolicyError) as caught:
        load(tmp_path / "nowhere", today=TODAY)
    assert (caught.value.exit_code, caught.value.reason) == (2, "policies")
    assert "init" in caught.value.hint


def test_what_does_not_belong_there_is_told(write: Write) -> None:
    """Nested folders, other endings, links, unknown files, bad names are told; README and dot files are let be."""
    folder = write({
        "filters/deep/x.yaml": IDLE, "filters/idle.yml": IDLE, "filters/Idle.yaml": IDLE, "filters/README.md": "fine",
        "tasks/a--b.yaml": TASK, "tasks/.gitkeep": "", "filter/idle.yaml": IDLE, "setings.yaml": "{}",
        "lists/leavers.txt": "", "messages/hello": "",
    })  # fmt: skip
    (folder / "filters" / "link.yaml").symlink_to(folder / "filters" / "README.md")
    (folder / "tests").symlink_to(folder / "tasks", target_is_directory=True)
    os.mkfifo(folder / "messages" / "pipe.md")
    assert said(folder) == [
        "filter:1:1 a folder that policies do not have",
        "filters/Idle.yaml:1:1 this is no name that can be used",
        "filters/deep:1:1 a folder inside a folder of policies",
        "filters/idle.yml:1:1 only .yaml files belong here",
        "filters/link.yaml:1:1 a symbolic link",
        "lists/leavers.txt:1:1 only .csv files belong here",
        "messages/hello:1:1 only .md files belong here",
        "messages/pipe.md:1:1 not a regular file",
        "setings.yaml:1:1 a file that policies do not have",
        "tasks/a--b.yaml:1:1 this is no name that can be used",
        "tests:1:1 a symbolic link",
    ]


def test_names_of_files_are_told_as_text(write: Write) -> None:
    """Bytes that are no text, and characters that hide, are escapes in what is said."""
    folder = write({"tasks/x\u202ey.yaml": TASK})
    Path(os.fsdecode(os.fsencode(folder / "tasks") + b"/\xff.yaml")).write_text(TASK)
    places = [line.split(":")[0] for line in said(folder)]
    assert places == ["tasks/\\udcff.yaml", "tasks/x\\u202ey.yaml"]


def test_stop_is_seen(write: Write) -> None:
    """A file STOP is no policy, and no part of what policies are."""
    folder = write({"filters/idle.yaml": IDLE})
    before = load(folder, today=TODAY)
    (folder / "STOP").touch()
    after = load(folder, today=TODAY)
    assert (before.stopped, after.stopped) == (False, True)
    assert before.provenance == after.provenance


def test_the_hash_changes_with_any_file_and_with_its_name(write: Write) -> None:
    """Policies that differ have hashes that differ; a README is no policy."""
    hashes = [load(write({"filters/idle.yaml": IDLE}), today=TODAY).provenance.sha256]
    hashes.append(load(write({"filters/idle.yaml": IDLE + "# more\n"}), today=TODAY).provenance.sha256)
    hashes.append(load(write({"messages/m.md": "hello"}), today=TODAY).provenance.sha256)
    assert len(set(hashes)) == 3
    assert load(write({"README.md": "hello"}), today=TODAY).provenance.sha256 == hashes[-1]


def test_problems_of_all_files_are_told_at_once_and_sorted(write: Write) -> None:
    """One broken file hides nothing of the others."""
    folder = write({
        "filters/idle.yaml": "match: {stat: active}\n", "tasks/reclaim.yaml": TASK + "enabeld: false\n",
        "settings.yaml": "limits: {users_per_run: many}\n", "lists/l.csv": "name\nAnn\n", "messages/m.md": "",
    })  # fmt: skip
    assert said(folder) == [
        "filters/idle.yaml:1:9 unknown condition 'stat'",
        "lists/l.csv:1:1 no column email or account_id",
        "messages/m.md:1:1 the message is empty",
        "settings.yaml:1:25 a whole number is needed, not 'many'",
        "tasks/reclaim.yaml:6:1 unknown key 'enabeld'",
    ]


def test_after_a_hundred_problems_in_a_file_the_rest_is_counted(write: Write) -> None:
    """100 and one more that says how many are left out; other files keep theirs."""
    keys = "".join(f"k{number}: 1\n" for number in range(120))
    lines = said(write({"filters/idle.yaml": IDLE + keys, "tasks/t.yaml": TASK + "x: 1\n"}))
    assert len(lines) == 102
    assert lines[100].endswith("and 20 more")


def test_names_that_lead_nowhere_are_told(write: Write) -> None:
    """Filters, lists, messages, tasks and actions that are mentioned must be there."""
    acted_on = "{acted_on: {task: reclaim, action: suspend}}, {acted_on: {task: x, action: suspend}}"
    task = TASK.replace("filter: idle", f"match: {{any: [{{filter: idel}}, {{listed_in: leaver}}, {acted_on}]}}")
    override = (
        f"{{digest: 'sha256:{'0' * 64}', rail: task_limit, task: t, reason: r, approved_by: a, expires: 2027-01-01}}"
    )
    folder = write({
        "filters/idle.yaml": IDLE, "lists/leavers.csv": "email\na@acme.example\n", "tasks/reclaim.yaml": task,
        "tasks/warn.yaml": TASK.replace("[{remove_app_access: jira-software}]", "[{notify: {message: m, via: email}}]")
        + "enabled: false\n",
        "exemptions.yaml": "- {filter: f, tasks: [reclaim, r], reason: x, owner: o, expires: 2027-01-01}\n",
        "overrides/o.yaml": override,
        "tests/t.yaml": "{filter: g, now: 2026-11-22, users: [{email: a@acme.example}], expect: {match: []}}",
    })  # fmt: skip
    assert said(folder) == [
        "exemptions.yaml:1:12 there is no filter 'f'",
        "exemptions.yaml:1:32 there is no task 'r'",
        "overrides/o.yaml:1:109 there is no task 't'",
        "tasks/reclaim.yaml:3:24 there is no filter 'idel'",
        "tasks/reclaim.yaml:3:43 there is no list 'leaver'",
        "tasks/reclaim.yaml:3:87 the task reclaim has no action 'suspend'",
        "tasks/reclaim.yaml:3:116 there is no task 'x'",
        "tasks/warn.yaml:4:30 there is no message 'm'",
        "tests/t.yaml:1:10 there is no filter 'g'",
    ]


def test_a_broken_filter_is_one_problem_and_not_one_a_mention(write: Write) -> None:
    """Who mentions a file that cannot be read is not told that it is missing."""
    folder = write({"filters/idle.yaml": "match: [", "tasks/reclaim.yaml": TASK})
    assert [line.split(":")[0] for line in said(folder)] == ["filters/idle.yaml"]


def test_filters_are_built_whatever_their_order(write: Write) -> None:
    """A filter may mention one whose name comes later, through lists and negations."""
    folder = write({
        "filters/a.yaml": "description: a\nmatch: {not: {filter: b}}\n",
        "filters/b.yaml": "description: b\nmatch: {any: [{filter: c}, {mfa: true}]}\n",
        "filters/c.yaml": "description: c\nmatch: {status: active}\n",
    })  # fmt: skip
    assert set(load(folder, today=TODAY).filters) == {"a", "b", "c"}


def test_filters_in_a_circle_are_told_by_name(write: Write) -> None:
    """Once, with the way round; a filter that is itself is the shortest circle."""
    folder = write({
        "filters/a.yaml": "description: a\nmatch: {not: {filter: b}}\n",
        "filters/b.yaml": "description: b\nmatch: {all: [{filter: a}]}\n",
        "filters/own.yaml": "description: c\nmatch: {filter: own}\n",
        "filters/outside.yaml": "description: d\nmatch: {filter: a}\n",
    })  # fmt: skip
    assert said(folder) == [
        "filters/b.yaml:2:24 filters in a circle: a -> b -> a",
        "filters/own.yaml:2:17 filters in a circle: own -> own",
    ]


@pytest.mark.parametrize(
    ("actions", "problem"),
    [
        ("[{add_to_groups: [a, B]}, {remove_from_groups: b}]", "in b or not"),
        ("[{sync_groups: a}, {remove_from_groups: a}]", "in a or not"),
        ("[suspend, restore]", "suspended or active"),
        ("[{deactivate: {message: bye}}, suspend]", "deactivated or suspended"),
        ("[{grant_app_access: jira@one}, {remove_app_access: jira}]", "uses jira@one or not"),
        ("[{remove_app_access: all}, {grant_app_access: jira}]", "uses all or not"),
    ],
)
def test_actions_that_contradict_each_other_are_told(write: Write, actions: str, problem: str) -> None:
    """At the later of the two, with the line of the other."""
    task = TASK.replace("[{remove_app_access: jira-software}]", actions)
    (line,) = said(write({"filters/idle.yaml": IDLE, "tasks/t.yaml": task}))
    assert line.startswith("tasks/t.yaml:4:")
    assert line.endswith(f"(line 4): {problem}")


@pytest.mark.parametrize(
    "actions",
    [
        "[{add_to_groups: a}, {remove_from_groups: b}]", "[restore, reactivate]",
        "[{sync_groups: a}, {add_to_groups: a}]", "[{grant_app_access: jira@one}, {remove_app_access: jira@two}]",
        "[suspend, report]",
    ],
)  # fmt: skip
def test_actions_that_go_together_are_fine(write: Write, actions: str) -> None:
    """Different targets, and states that agree."""
    task = TASK.replace("[{remove_app_access: jira-software}]", actions)
    assert said(write({"filters/idle.yaml": IDLE, "tasks/t.yaml": task})) == []


LADDER = """\
escalation:
  - notify: {message: hello, via: email}
  - after: 14d
    actions: [{remove_app_access: jira-software}]
cool_down: 30d
"""


def test_a_ladder_is_validated_and_waits_for_its_delivery(write: Write) -> None:
    """Paused, it is read; enabled, it is refused with what to do."""
    ladder = TASK.replace("actions: [{remove_app_access: jira-software}]\n", LADDER)
    files = {"filters/idle.yaml": IDLE, "messages/hello.md": "Hello", "tasks/warn.yaml": ladder + "enabled: false\n"}
    task = load(write(files), today=TODAY).tasks["warn"]
    first, second = task.escalation
    assert first.notify == Notify("hello", "email", Place("policies/tasks/warn.yaml", 5, 13))
    assert (first.after, first.actions) == (None, ())
    assert (str(second.after), [a.name for a in second.actions]) == ("14d", ["remove_app_access"])
    assert task.cool_down == Duration(30, "d")
    folder = write({"tasks/warn.yaml": ladder})
    with pytest.raises(PolicyError) as caught:
        load(folder, today=TODAY)
    assert (str(caught.value.place), caught.value.hint) == (
        "policies/tasks/warn.yaml:5:3",
        "notices are not delivered by this version yet: set enabled: false",
    )


@pytest.mark.parametrize(
    ("steps", "problem"),
    [
        ("[{after: 1d, actions: [suspend]}]", "the first step has no `after`"),
        ("[{actions: [suspend]}, {actions: [report]}]", "this step has no `after`"),
        ("[{actions: [report]}, {after: 3d}]", "this step does nothing"),
    ],
)
def test_ladders_that_make_no_sense_are_told(write: Write, steps: str, problem: str) -> None:
    """Only later steps wait, and every step does something."""
    task = TASK.replace("actions: [{remove_app_access: jira-software}]", f"enabled: false\nescalation: {steps}")
    (line,) = said(write({"filters/idle.yaml": IDLE, "tasks/t.yaml": task}))
    assert line.endswith(problem)


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ("cool_down: 3d", "`cool_down` is about an `escalation`"),
        ("select: {first: 3, order: oldest_account, app: jira}", "`app` is for the order longest_inactive"),
        ("select: {keep_free: {app: jira}}", "exactly one of `seats` or `percent` is needed, found none"),
        ("tests: required", "no test names this task"),
    ],
)
def test_keys_that_do_not_go_together_are_told(write: Write, more: str, problem: str) -> None:
    """What the schema cannot say is said all the same."""
    (line,) = said(write({"filters/idle.yaml": IDLE, "tasks/t.yaml": TASK + more + "\n"}))
    assert line.endswith(problem)


def test_select_is_read(write: Write) -> None:
    """Seats to keep free, and the order."""
    task = TASK + "select: {keep_free: {app: jira, percent: 5}, order: newest_account}\n"
    found = load(write({"filters/idle.yaml": IDLE, "tasks/t.yaml": task}), today=TODAY).tasks["t"].select
    assert found == Select(order="newest_account", keep_free_app="jira", keep_free_percent=5)


def test_exemptions_expire(write: Write) -> None:
    """The last day counts; the day after is an error, the last 30 days are a warning."""

    def exemption(expires: str) -> dict[str, str]:
        return {"exemptions.yaml": f"- {{user: a@acme.example, reason: r, owner: o, expires: {expires}}}\n"}

    assert said(write(exemption("2026-11-21"))) == ["exemptions.yaml:1:56 this exemption expired on 2026-11-21"]
    assert warned(load(write(exemption("2026-11-22")), today=TODAY)) != []
    assert warned(load(write(exemption("2026-12-22")), today=TODAY)) != []
    policies = load(write(exemption("2026-12-23")), today=TODAY)
    assert policies.warnings == ()
    assert (policies.exemptions[0].tasks, policies.exemptions[0].expires) == (None, date(2026, 12, 23))


def test_warnings_are_told_with_problems_too(write: Write) -> None:
    """Whoever validates sees both."""
    text = (
        "- {user: a, reason: r, owner: o, expires: 2026-12-01}\n- {user: b, reason: r, owner: o, expires: 2026-01-01}\n"
    )
    with pytest.raises(PolicyError) as caught:
        load(write({"exemptions.yaml": text}), today=TODAY)
    assert [p.code for p in caught.value.warnings] == ["expires_soon"]


def test_an_exemption_is_of_one_kind_and_needs_a_reason(write: Write) -> None:
    """Exactly one of user, group, email_domain and filter; reason, owner and expires are required."""
    whom = "`user` or `group` or `email_domain` or `filter`"
    text = "- {user: a@acme.example, group: g, expires: 2027-01-01, from: 2027-02-01, owner: o}\n"
    assert said(write({"exemptions.yaml": text})) == [
        f"exemptions.yaml:1:3 exactly one of {whom} is needed, found `user` and `group`",
        "exemptions.yaml:1:3 `reason` is missing",
    ]


def test_overrides_say_whose_rail_they_lift(write: Write) -> None:
    """A task's rail names its task, a run's rail none; an expired one is a warning, for runs must go on."""
    head = f"digest: sha256:{'a' * 64}\nreason: r\napproved_by: a\nexpires: 2026-11-21\n"
    assert said(write({"overrides/o.yaml": head + "rail: task_limit\n"})) == [
        "overrides/o.yaml:5:7 task_limit is a task's rail"
    ]
    policies = load(write({"overrides/o.yaml": head + "rail: run_limit\n"}), today=TODAY)
    assert warned(policies) == ["overrides/o.yaml:4:10 this override expired on 2026-11-21"]
    assert (policies.overrides[0].rail, policies.overrides[0].task) == ("run_limit", None)


def test_lists_are_read_by_their_columns(write: Write) -> None:
    """E-mail addresses and account ids are folded; spreadsheets' byte order marks and other columns do no harm."""
    files: dict[str, str | bytes] = {
        "lists/a.csv": b"\xef\xbb\xbfName,E-Mail,Email\r\nAnn,x,Ann@ACME.example\r\n,,\r\n",
        "lists/b.csv": "account_id,email\nABC,\n,b@acme.example\n",
    }
    lists = load(write(files), today=TODAY).lists
    assert lists == {"a": {"ann@acme.example"}, "b": {"abc", "b@acme.example"}}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("email\nann\n", "2:1 'ann' is not an e-mail address"),
        ("email,name\n,Ann\n", "2:1 neither an email nor an account_id"),
        ("name,account_id\nReed, Dana,abc\n", "2:1 more cells than the first row has columns"),
        ("email;name\na@acme.example;Ann\n", "1:1 no column email or account_id"),
        ('email\n"a@acme.example\n', "2:1 not valid CSV: unexpected end of data"),
        ("email\nann\u200b@acme.example\n", "2:1 'ann\\u200b@acme.example' holds U+200B ZERO WIDTH SPACE, which"),
        ("email\nаnn@acme.example\n", "2:1 'аnn@acme.example' mixes CYRILLIC and LATIN"),
        ("email\na\x00@acme.example\n", "2:2 the character U+0000 NULL is not allowed"),
        (b"email\n\xff\n", "2:1 not UTF-8: the byte 0xff"),
        ("", "1:1 no column email or account_id"),
    ],
)  # fmt: skip
def test_broken_lists_are_told_with_their_line(write: Write, text: str | bytes, problem: str) -> None:
    """Each problem has the line of its row."""
    (line,) = said(write({"lists/l.csv": text}))
    assert line.startswith(f"lists/l.csv:{problem}")


def test_hidden_characters_are_refused_where_they_are_compared_and_allowed_in_prose(write: Write) -> None:
    """An invisible letter in a group's name is an error, an emoji in a description is not."""
    folder = write({"filters/f.yaml": 'description: Family 👨\u200d👩 and Москва\nmatch: {group: "adm\u200bins"}\n'})
    assert said(folder) == ["filters/f.yaml:2:16 'adm\\u200bins' holds U+200B ZERO WIDTH SPACE, which cannot be seen"]
    folder = write({"filters/f.yaml": "description: d\nmatch: {group: jira-аdmins}\n"})
    assert said(folder) == ["filters/f.yaml:2:16 'jira-аdmins' mixes letters of CYRILLIC and LATIN"]


def test_a_schedule_does_not_end_before_it_begins(write: Write) -> None:
    """Neither as a whole nor in a pause."""
    schedule = "{manual: true, from: 2026-12-02, until: 2026-12-01, not_during: [{from: 2027-01-06, to: 2026-12-20}]}"
    task = TASK.replace("{weekly: {days: monday, at: 06:00}, timezone: Europe/Berlin}", schedule)
    assert said(write({"filters/idle.yaml": IDLE, "tasks/t.yaml": task})) == [
        "tasks/t.yaml:5:51 2026-12-01 is before 2026-12-02",
        "tasks/t.yaml:5:99 2026-12-20 is before 2027-01-06",
    ]


def test_a_test_of_a_recorded_directory_finds_its_file(write: Write, tmp_path: Path) -> None:
    """The file lies beside the policies folder, and nowhere else; the path may also be one from where the test is."""

    def test_of(path: str) -> dict[str, str]:
        text = f"{{filter: idle, now: 2026-11-22, directory: {path}, expect: {{match: []}}}}\n"
        return {"filters/idle.yaml": IDLE, "tests/t.yaml": text}

    (tmp_path / "acme.json").write_text("{}")
    assert said(write(test_of("acme.json"))) == []
    assert said(write(test_of("other.json"))) == ["tests/t.yaml:1:44 there is no file other.json"]
    assert said(write(test_of("../policies/../acme.json"))) != []
    assert said(write(test_of("../../acme.json"))) == []
    assert said(write(test_of(str(tmp_path / "acme.json")))) == []
    assert said(write(test_of("/etc/acme.json"))) != []


def test_the_shipped_policies_are_sound() -> None:
    """The sample set loads without problems or warnings."""
    folder = Path(__file__).resolve().parents[3] / "policies"
    policies = load(folder, today=TODAY)
    assert policies.tasks
    assert replace(policies, warnings=()) == policies
