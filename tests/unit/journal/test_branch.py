"""The store on a branch, against a real bare repository: a step counts when its push does, and nothing is forced."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from runner.errors import InputError, OtherSideError
from runner.journal.branch import GitBranchStore
from runner.journal.ids import run_folder
from runner.journal.verify import check_journal
from tests.unit.journal.made import ME, OTHER, Clock, Story, change, journal, start, write_run

BRANCH = "audit"


def git(folder: Path, *arguments: str) -> str:
    """What git says in a folder."""
    identity = ["-c", "user.name=Ann", "-c", "user.email=ann@acme.example", "-c", "init.defaultBranch=main"]
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """A bare repository with one commit of policies on ``main``."""
    seed = tmp_path / "seed"
    seed.mkdir()
    git(seed, "init", "--quiet")
    (seed / "README.md").write_text("policies\n", encoding="utf-8")
    git(seed, "add", "README.md")
    git(seed, "commit", "--quiet", "--message", "policies")
    git(tmp_path, "clone", "--quiet", "--bare", str(seed), "origin.git")
    return tmp_path / "origin.git"


@pytest.fixture
def clone(origin: Path, tmp_path: Path) -> Callable[..., Path]:
    """Makes a clone of a name, shallow as a CI runner's or whole."""

    def made(name: str, *, shallow: bool = True) -> Path:
        depth = ["--depth=1"] if shallow else []
        git(tmp_path, "clone", "--quiet", *depth, f"file://{origin}", name)
        return tmp_path / name

    return made


def store(folder: Path) -> GitBranchStore:
    """A store that does not wait."""
    return GitBranchStore(folder, BRANCH, wait=lambda _: None)


def sound(kept: GitBranchStore) -> bool:
    """Whether nothing is wrong with the journal on the branch."""
    return check_journal(kept.read_files(), kept.read_anchor()) == ()


@pytest.mark.parametrize("shallow", [True, False])
def test_the_branch_is_made_and_read_from_any_clone(clone: Callable[..., Path], *, shallow: bool) -> None:
    """The first run makes it, the next one finds it after the first clone is lost, and chains on to it."""
    first, seen = write_run(journal(store(clone("one", shallow=shallow))), token="aaaa")
    assert seen.runs == ()
    second, seen = write_run(journal(store(clone("two", shallow=shallow))), token="bbbb")
    assert [record.run for record in seen.runs] == [first.run]
    kept = store(clone("three", shallow=shallow))
    past = journal(kept).read_past()
    assert [record.run for record in past.runs] == [first.run, second.run]
    assert past.head == kept.read_anchor() == second.head
    assert kept.read_file("README.md") == b"# Index\n"
    assert journal(kept).read_report(first.run) == b"# Report\n"
    assert sound(kept)


def test_the_clone_is_left_as_it_was(clone: Callable[..., Path]) -> None:
    """No file, no branch, no index entry: only a ref of our own."""
    folder = clone("one")
    write_run(journal(store(folder)))
    assert git(folder, "status", "--porcelain") == ""
    assert git(folder, "branch", "--all", "--list", f"*{BRANCH}*") == ""
    assert git(folder, "for-each-ref", "--format=%(refname)", "refs/policy-runner") == f"refs/policy-runner/{BRANCH}"


def test_commits_name_the_run_and_the_head(clone: Callable[..., Path], origin: Path) -> None:
    """The anchor stands outside the journal, in the message of each commit; no line of it comes from outside."""
    run, _ = write_run(journal(store(clone("one"))))
    messages = git(origin, "log", "--format=%B%x00", BRANCH).split("\0")
    assert all(run.run in message for message in messages if message.strip())
    assert messages[0].strip() == f"Run {run.run}: closed\n\nHead: {run.head}"
    assert "2 intent" in "".join(messages)
    assert set(git(origin, "log", "--format=%an <%ae>", BRANCH).splitlines()) == {
        "policy-runner <policy-runner@localhost>"
    }


def test_intents_are_on_the_remote_when_they_are_acknowledged(clone: Callable[..., Path], origin: Path) -> None:
    """Before ``record_intents`` returns, the bare repository itself has them, and the plan before them."""
    run, _ = journal(store(clone("one"))).open_run(start(), "aaaa")
    run.record_intents([change(1)])
    kept = git(origin, "show", f"{BRANCH}:{run_folder(run.run)}/journal.jsonl")
    assert '"kind":"intent"' in kept.splitlines()[-1]


def test_of_two_that_push_at_once_one_gets_the_lease(clone: Callable[..., Path]) -> None:
    """Both read the same state; the push of the second cannot fast-forward, and it learns who was quicker."""
    one, two = store(clone("one")), store(clone("two"))
    write_run(journal(one), token="aaaa")
    assert two.read_anchor() is not None  # it has fetched, and knows nothing of what comes now
    clock = Clock()
    clock.now += timedelta(hours=1)
    run, _ = journal(one, clock, ME).open_run(start(), "bbbb")
    with pytest.raises(OtherSideError) as caught:
        journal(two, clock, OTHER).open_run(start(), "cccc")
    assert caught.value.reason == "lease_held"
    assert run.run in caught.value.message
    run.record_intents([change()])


def test_a_runner_that_wakes_up_late_cannot_push(clone: Callable[..., Path]) -> None:
    """The fence is asked on the state that the push must build on."""
    one, two, clock = store(clone("one")), store(clone("two")), Clock()
    frozen, _ = journal(one, clock, ME).open_run(start(), "aaaa")
    clock.now += timedelta(hours=1)
    awake, _ = write_run(journal(two, clock, OTHER), token="bbbb")
    with pytest.raises(OtherSideError) as caught:
        frozen.record_intents([change()])
    assert caught.value.reason == "lease_lost"
    assert store(clone("three")).read_anchor() == awake.head


def test_a_push_of_somebody_else_in_between_is_built_upon(clone: Callable[..., Path], origin: Path) -> None:
    """A commit that is not of a run loses nothing and stops nothing; both are there afterwards."""
    kept = store(clone("one"))
    run, _ = journal(kept).open_run(start(), "aaaa")
    other = clone("two")
    git(other, "fetch", "--quiet", "origin", f"{BRANCH}:{BRANCH}")
    git(other, "checkout", "--quiet", BRANCH)
    (other / "snapshot.json").write_text("{}", encoding="utf-8")
    git(other, "add", "snapshot.json")
    git(other, "commit", "--quiet", "--message", "recorded")
    git(other, "push", "--quiet", "origin", BRANCH)
    run.record_intents([change()])
    files = git(origin, "ls-tree", "-r", "--name-only", BRANCH).splitlines()
    assert "snapshot.json" in files
    assert len(journal(store(clone("three"))).read_past().runs[0].intents) == 1


def hook(origin: Path, text: str, name: str = "pre-receive") -> None:
    """Put a hook into the bare repository."""
    path = origin / "hooks" / name
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


def test_a_refused_push_acknowledges_nothing(clone: Callable[..., Path], origin: Path) -> None:
    """The error says what the server said; the run writes nothing more, also when the server would take it again."""
    run, _ = journal(store(clone("one"))).open_run(start(), "aaaa")
    before = git(origin, "rev-parse", BRANCH)
    hook(origin, "echo 'audit is read only' >&2; exit 1")
    with pytest.raises(OtherSideError) as caught:
        run.record_intents([change()])
    assert (caught.value.reason, caught.value.exit_code) == ("audit_store", 4)
    assert "read only" in caught.value.message
    assert git(origin, "rev-parse", BRANCH) == before
    (origin / "hooks" / "pre-receive").unlink()
    with pytest.raises(OtherSideError):
        run.record_intents([change()])
    assert git(origin, "rev-parse", BRANCH) == before


@pytest.mark.parametrize("step", range(1, 9))
def test_whichever_push_is_refused_the_journal_stays_sound(clone: Callable[..., Path], origin: Path, step: int) -> None:
    """Each push of a run in turn: nothing unacknowledged is on the branch, and the next run goes on."""
    counter = origin / "count"
    counter.write_text("", encoding="utf-8")
    hook(origin, f'echo x >> "{counter}"; [ "$(wc -l < "{counter}")" -lt {step} ]')
    clock = Clock()
    with pytest.raises(OtherSideError) as caught:
        write_run(journal(store(clone("one")), clock, ME))
    assert caught.value.reason == "audit_store"
    (origin / "hooks" / "pre-receive").unlink()
    clock.now += timedelta(hours=1)
    kept = store(clone("two"))
    write_run(journal(kept, clock, OTHER), Story(changes=(change(7),)), token="bbbb")
    assert sound(kept)


@pytest.fixture
def broken(clone: Callable[..., Path]) -> Callable[[str], tuple[Path, Path]]:
    """Makes a clone whose line to the server breaks once, whenever the flag that comes with it is there."""

    def made(script: str) -> tuple[Path, Path]:
        folder = clone("one")
        receive, flag = folder.parent / "receive", folder.parent / "flag"
        receive.write_text(f'#!/bin/sh\nflag="{flag}"\n{script}\n', encoding="utf-8")
        receive.chmod(0o755)
        git(folder, "config", "remote.origin.receivepack", str(receive))
        return folder, flag

    return made


LOST = 'git-receive-pack "$@"; if [ -e "$flag" ]; then rm "$flag"; kill -9 $PPID; fi'
UNSENT = 'if [ -e "$flag" ]; then rm "$flag"; kill -9 $PPID; else git-receive-pack "$@"; fi'


@pytest.mark.parametrize("script", [LOST, UNSENT], ids=["answer lost", "never got there"])
def test_a_push_whose_line_broke_counts_once(
    broken: Callable[[str], tuple[Path, Path]], clone: Callable[..., Path], script: str
) -> None:
    """What the server took is looked up and not sent twice, what it did not take is; for the lease as for records."""
    folder, flag = broken(script)
    flag.touch()
    run, _ = journal(store(folder)).open_run(start(), "aaaa")
    assert not flag.exists()
    flag.touch()
    run.record_intents([change()])
    assert not flag.exists()
    run.close()
    kept = store(clone("two"))
    assert [len(record.intents) for record in journal(kept).read_past().runs] == [1]
    assert sound(kept)


def test_a_remote_that_cannot_be_reached_is_one_clear_error(clone: Callable[..., Path], origin: Path) -> None:
    """Nothing is acknowledged, and no credentials of the address are shown."""
    folder = clone("one")
    git(folder, "remote", "set-url", "origin", "http://ann:s3cret@127.0.0.1:1/audit.git")
    with pytest.raises(OtherSideError) as caught:
        journal(store(folder)).open_run(start(), "aaaa")
    assert caught.value.reason == "audit_store"
    assert "s3cret" not in caught.value.message
    with pytest.raises(OtherSideError) as caught:
        store(origin.parent / "nowhere").read_files()
    assert caught.value.reason == "audit_store"


def test_a_server_that_does_not_answer_is_left_in_time(clone: Callable[..., Path]) -> None:
    """git is ended, with everything that it started, when its time is over."""
    folder = clone("one")
    git(folder, "config", "remote.origin.uploadpack", "sleep 600; true")
    with pytest.raises(OtherSideError, match="took over"):
        GitBranchStore(folder, BRANCH, timeout_s=0.2).read_files()


def test_a_rewritten_or_lost_branch_is_noticed_by_whoever_knows_its_past(
    clone: Callable[..., Path], origin: Path
) -> None:
    """A whole clone remembers the newest commit it saw; it refuses an older one, and none at all."""
    folder = clone("one", shallow=False)
    write_run(journal(store(folder)))
    git(origin, "update-ref", f"refs/heads/{BRANCH}", f"{BRANCH}~2")
    with pytest.raises(OtherSideError, match="was rewritten") as caught:
        store(folder).read_files()
    assert caught.value.reason == "journal_damaged"
    git(origin, "update-ref", "-d", f"refs/heads/{BRANCH}")
    with pytest.raises(OtherSideError, match="is gone"):
        store(folder).read_files()


def test_a_journal_edited_on_the_branch_is_found(clone: Callable[..., Path]) -> None:
    """Also when whoever edited it changed the file HEAD: the next run does not start."""
    run, _ = write_run(journal(store(clone("one"))))
    other = clone("two")
    git(other, "fetch", "--quiet", "origin", f"{BRANCH}:{BRANCH}")
    git(other, "checkout", "--quiet", BRANCH)
    path = other / run_folder(run.run) / "journal.jsonl"
    path.write_bytes(path.read_bytes().replace(b"u-1", b"u-9", 1))
    git(other, "commit", "--quiet", "--all", "--message", "nothing to see")
    git(other, "push", "--quiet", "origin", BRANCH)
    with pytest.raises(OtherSideError) as caught:
        journal(store(clone("three"))).open_run(start(), "bbbb")
    assert caught.value.reason == "journal_damaged"


def test_a_setting_that_hides_forced_updates_hides_no_rewritten_branch(
    clone: Callable[..., Path], origin: Path
) -> None:
    """git-fetch(1), ``fetch.showForcedUpdates``: switched off, git takes every update for a good one."""
    folder = clone("one", shallow=False)
    git(folder, "config", "fetch.showForcedUpdates", "false")
    write_run(journal(store(folder)))
    git(origin, "update-ref", f"refs/heads/{BRANCH}", f"{BRANCH}~2")
    with pytest.raises(OtherSideError, match="was rewritten"):
        store(folder).read_files()


OLDER = 'if [ -e "$flag" ]; then rm "$flag"; git-upload-pack "${flag%/*}/older.git"; else git-upload-pack "$@"; fi'
TAKEN = 'if [ -e "$flag" ]; then rm "$flag"; touch "$ref.lock"; else rm -f "$ref.lock"; fi; git-upload-pack "$@"'


@pytest.mark.parametrize("script", [OLDER, TAKEN], ids=["an older state", "somebody else at work"])
def test_a_fetch_that_crosses_somebody_elses_step_is_made_again(
    clone: Callable[..., Path], origin: Path, script: str
) -> None:
    """Two processes may share a clone, and a server may answer with what was a moment ago: that is no rewritten
    branch, and no reason to end a run."""
    folder = clone("one", shallow=False)
    write_run(journal(store(folder)))
    git(origin, "update-ref", "refs/heads/then", f"{BRANCH}~1")
    git(origin.parent, "clone", "--quiet", "--bare", str(origin), "older.git")
    git(origin.parent / "older.git", "update-ref", f"refs/heads/{BRANCH}", "refs/heads/then")
    upload, flag, ref = (origin.parent / "upload", origin.parent / "flag", folder / ".git/refs/policy-runner" / BRANCH)
    upload.write_text(f'#!/bin/sh\nflag="{flag}"\nref="{ref}"\n{script}\n', encoding="utf-8")
    upload.chmod(0o755)
    git(folder, "config", "remote.origin.uploadpack", str(upload))
    flag.touch()
    if script == TAKEN:  # something to fetch
        git(folder, "update-ref", f"refs/policy-runner/{BRANCH}", f"refs/policy-runner/{BRANCH}~1")
    assert sound(store(folder))
    assert not flag.exists()
    assert store(folder).read_anchor() == store(clone("two")).read_anchor()


def test_a_name_that_the_server_cannot_have_is_not_blamed_on_others(clone: Callable[..., Path]) -> None:
    """With a branch ``audit/x`` there is none called ``audit``; nobody else has pushed."""
    folder = clone("one")
    git(folder, "push", "--quiet", "origin", f"HEAD:refs/heads/{BRANCH}/x")
    with pytest.raises(OtherSideError, match="cannot be read or pushed"):
        journal(store(folder)).open_run(start(), "aaaa")


def test_a_folder_in_the_clone_does_as_well(clone: Callable[..., Path]) -> None:
    """git lists a tree as seen from where it is called: from in there, the journal is empty and its lease free."""
    folder, clock = clone("one"), Clock()
    first, _ = write_run(journal(store(folder), clock), token="aaaa")
    (folder / "policies").mkdir()
    clock.now += timedelta(hours=1)
    _, seen = write_run(journal(store(folder / "policies"), clock), token="bbbb")
    assert [record.run for record in seen.runs] == [first.run]
    assert sound(store(folder))


def test_a_partial_clone_gets_the_journal_in_one_go(clone: Callable[..., Path], origin: Path) -> None:
    """A clone that leaves contents on the server until they are wanted would ask for each file of each run by itself,
    and a long journal would not be read in time."""
    write_run(journal(store(clone("one"))))
    git(origin, "config", "uploadpack.allowFilter", "true")
    git(origin.parent, "clone", "--quiet", "--filter=blob:none", "--single-branch", f"file://{origin}", "partial")
    kept = store(origin.parent / "partial")
    assert kept.read_anchor() is not None
    git(origin.parent / "partial", "remote", "set-url", "origin", "file:///nowhere")
    assert sound(kept)


def test_an_object_that_a_broken_clone_lacks_is_one_clear_error(clone: Callable[..., Path]) -> None:
    """git says that it is missing and calls that a success."""
    folder = clone("one", shallow=False)
    run, _ = write_run(journal(store(folder)))
    blob = git(folder, "rev-parse", f"refs/policy-runner/{BRANCH}:{run_folder(run.run)}/journal.jsonl")
    (folder / ".git/objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(OtherSideError, match="this clone lacks runs") as caught:
        store(folder).read_journals()
    assert caught.value.reason == "audit_store"


def test_a_tail_that_somebody_took_back_by_a_commit_is_found(clone: Callable[..., Path]) -> None:
    """``git revert`` takes the records and the file HEAD back together; the messages of the commits before know better.
    Taking that back, too, makes the journal whole again."""
    clock = Clock()
    first, _ = write_run(journal(store(clone("one"))), token="aaaa")
    clock.now += timedelta(hours=1)
    second, _ = write_run(journal(store(clone("two")), clock), token="bbbb")
    other = clone("other", shallow=False)
    git(other, "checkout", "--quiet", "-b", BRANCH, f"origin/{BRANCH}")
    before = git(other, "log", "--format=%H", f"--grep={first.run}", "-1")
    git(other, "revert", "--no-edit", f"{before}..{BRANCH}")
    git(other, "push", "--quiet", "origin", BRANCH)
    assert store(other).read_anchor() == second.head
    with pytest.raises(OtherSideError) as caught:
        journal(store(clone("three", shallow=False)), clock).open_run(start(), "cccc")
    assert caught.value.reason == "journal_damaged"
    git(other, "fetch", "--quiet", "origin", BRANCH)
    git(other, "reset", "--quiet", "--hard", "FETCH_HEAD")
    git(other, "checkout", "--quiet", git(other, "log", "--format=%H", f"--grep=^Run {second.run}", "-1"), "--", ".")
    git(other, "commit", "--quiet", "--message", "as it was")
    git(other, "push", "--quiet", "origin", BRANCH)
    assert sound(store(other))
    write_run(journal(store(clone("four", shallow=False)), clock), token="dddd")


def test_looking_at_the_lease_pushes_only_when_half_of_it_is_over(clone: Callable[..., Path], origin: Path) -> None:
    """``hold`` can be called before every write."""
    clock = Clock()
    run, _ = journal(store(clone("one")), clock).open_run(start(), "aaaa")
    before = git(origin, "rev-parse", BRANCH)
    run.hold()
    assert git(origin, "rev-parse", BRANCH) == before
    clock.now += timedelta(minutes=3)
    run.hold()
    assert git(origin, "rev-parse", BRANCH) != before


def test_a_branch_of_policies_never_becomes_the_journal(origin: Path, clone: Callable[..., Path]) -> None:
    """Whoever names the branch that people work on by mistake is told so, and nothing is pushed to it."""
    desk = clone("desk", shallow=False)
    (desk / "policies").mkdir()
    (desk / "policies" / "settings.yaml").write_text("{}\n", encoding="utf-8")
    git(desk, "add", "policies")
    git(desk, "commit", "--quiet", "--message", "settings")
    git(desk, "push", "--quiet", "origin", "main")
    before = git(origin, "rev-parse", "main")
    wrong = GitBranchStore(clone("wrong"), "main", wait=lambda _: None)
    with pytest.raises(InputError, match=r"it holds policies/settings\.yaml") as caught:
        write_run(journal(wrong))
    assert caught.value.reason == "audit_branch"
    assert git(origin, "rev-parse", "main") == before
