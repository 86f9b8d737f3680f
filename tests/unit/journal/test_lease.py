"""The lease by itself: who may take it, how it is told apart, and who is gone."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest

from runner.errors import OtherSideError
from runner.journal.lease import (
    Lease,
    Owner,
    lease_form,
    lease_from,
    read_gone,
    read_owner,
    released_lease,
    renewed_lease,
    taken_lease,
)
from tests.unit.journal.made import ME, NOON, OTHER

TERM = timedelta(minutes=5)
HELD = Lease(OTHER, "20261122-120000-bbbb", 7, NOON, NOON + TERM)


def nobody(_: Owner) -> bool:
    """Everybody is alive."""
    return False


def test_the_fence_grows_with_every_holder() -> None:
    """From nothing, from one that was given back, from one that ran out, and from one whose holder is dead."""
    given_back = released_lease(HELD, HELD, NOON)
    assert taken_lease(None, ME, "r", NOON, TERM, nobody).fence == 1
    assert taken_lease(given_back, ME, "r", NOON, TERM, nobody).fence == 8
    assert taken_lease(HELD, ME, "r", NOON + TERM, TERM, nobody).fence == 8
    assert taken_lease(HELD, ME, "r", NOON, TERM, lambda owner: owner == OTHER).fence == 8


def test_it_ends_with_the_instant_it_names_and_not_before() -> None:
    """One microsecond earlier it is held."""
    with pytest.raises(OtherSideError, match="another runner is at work"):
        taken_lease(HELD, ME, "r", NOON + TERM - timedelta(microseconds=1), TERM, nobody)


def test_it_is_prolonged_when_half_of_it_is_over() -> None:
    """Not at every step: in a git store each time is a push."""
    early, late = NOON + TERM / 2 - timedelta(microseconds=1), NOON + TERM / 2
    assert renewed_lease(HELD, HELD, early, TERM) == HELD
    assert renewed_lease(HELD, HELD, late, TERM).expires == late + TERM


@pytest.mark.parametrize(
    "current",
    [None, replace(HELD, fence=8), replace(HELD, owner=ME), replace(HELD, released=True)],
    ids=["gone", "another fence", "another owner", "given back"],
)
def test_a_lease_that_is_not_mine_is_not_prolonged(current: Lease | None) -> None:
    """Whatever stands there instead."""
    with pytest.raises(OtherSideError) as caught:
        renewed_lease(current, HELD, NOON, TERM)
    assert (caught.value.reason, caught.value.exit_code) == ("lease_lost", 4)


def test_asking_twice_changes_nothing() -> None:
    """A store that lost its answer asks again."""
    mine = taken_lease(None, ME, "r", NOON, TERM, nobody)
    assert taken_lease(mine, ME, "r", NOON, TERM, nobody) == mine
    back = released_lease(mine, mine, NOON)
    assert released_lease(back, mine, NOON + TERM) == back


def test_a_lease_is_read_back_as_it_was_written() -> None:
    """And anything else is an error that says what to do."""
    assert lease_from(lease_form(HELD)) == HELD
    for bad in (b"", b"{}", b"[]", b'{"owner":1}', lease_form(HELD)[:-9]):
        with pytest.raises(OtherSideError) as caught:
            lease_from(bad)
        assert caught.value.reason == "audit_store"


def test_a_process_is_gone_when_it_ended_or_its_number_is_another_s() -> None:
    """Of this machine only: what another machine's processes do cannot be seen."""
    me = read_owner()
    assert not read_gone(me, me.host)
    assert read_gone(replace(me, started="1"), me.host)
    assert not read_gone(replace(me, started="1"), "elsewhere")
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    alive = Owner(me.host, child.pid, _started(child.pid))
    assert not read_gone(alive, me.host)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert read_gone(alive, me.host), "dead, but not yet reaped"
    child.communicate()
    assert read_gone(alive, me.host)


def _started(pid: int) -> str:
    with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:  # noqa: PTH123
        return stat.read().rpartition(")")[2].split()[19]
