"""Every kind of fault strikes exactly where its rule says, and the log still tells the truth."""

from __future__ import annotations

import gzip
import http.client
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from tests.emulator import Emulator, Limit, Rule
from tests.emulator.faults import KINDS, rules
from tests.emulator.sample import DIRECTORY, ORG, V2, Client, organization

SEARCH = f"{DIRECTORY}/users/search"
SUSPEND = f"{DIRECTORY}/users/u-ben/suspend"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
Opened = tuple[Emulator, Client]


@pytest.fixture
def opened() -> Iterator[Opened]:
    """The sample organization at noon, listening, and a client."""
    waited: list[float] = []
    with Emulator(organization(), clock=lambda: NOON, pause=waited.append) as emulator:
        client = Client(emulator)
        yield emulator, client
        client.close()
    assert emulator.crashes == []


def walked(client: Client, **body: Any) -> list[str]:
    """The account ids of all pages of two, following cursors for at most ten pages."""
    asked, names = {"limit": 2, **body}, []
    for _ in range(10):
        _, page = client.post(SEARCH, asked)
        names += [user["accountId"].removeprefix("u-") for user in page["data"]]
        if "next" not in page["links"]:
            return names
        asked = {"cursor": page["links"]["next"]}
    return names


def test_a_rule_strikes_by_number(opened: Opened) -> None:
    """The nth match, then each every-th, so many times: and no other request."""
    emulator, client = opened
    emulator.set_faults([Rule("status", match="POST .*search", status=503, nth=2, every=2, times=2)])
    client.get(ORG)
    assert [client.post(SEARCH)[0] for _ in range(7)] == [200, 503, 200, 503, 200, 200, 200]
    assert [entry.faults for entry in emulator.log if entry.faults] == [("status",), ("status",)]


def test_a_rule_can_choose_by_body(opened: Opened) -> None:
    """A pattern for the body picks one person's write out of many."""
    emulator, client = opened
    emulator.set_faults([Rule("status", match="memberships", body="u-ben", status=500, times=0)])
    answers = [client.post(f"{DIRECTORY}/groups/g-plain/memberships", {"accountId": name})[0]
               for name in ("u-ben", "u-dov", "u-ben")]  # fmt: skip
    assert answers == [500, 204, 500]


@pytest.mark.parametrize(("effect", "effects"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize("kind", ["status", "html_200", "empty_200", "invalid_json", "redirect", "reset", "close"])
def test_a_lost_reply_is_lost_before_or_after_the_effect(opened: Opened, kind: str, effect: str, effects: int) -> None:
    """Whatever comes back instead of the 204, the effect stands only if the fault struck after it."""
    emulator, client = opened
    emulator.set_faults([Rule(kind, match="/suspend", effect=effect, status=502)])
    if kind in {"reset", "close"}:
        with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
            client.post(SUSPEND)
    else:
        assert client.post(SUSPEND)[0] != 204
    assert len(emulator.effects) == effects
    assert emulator.log[-1].effects == effects
    sent = {"reset": None, "close": None, "status": 502, "redirect": 502}.get(kind, 200)
    assert emulator.log[-1].status == sent


@pytest.mark.parametrize(
    ("shape", "looks"),
    [
        ("errors", lambda body: body["errors"][0]["status"] == "503"),
        ("proxy", lambda body: body["code"] == 503),
        ("gateway", lambda body: body["status"] == 503),
        ("key", lambda body: body == {"key": "forbidden"}),
        ("html", lambda body: body.startswith("<!doctype html>")),
        ("empty", lambda body: body is None),
    ],
)
def test_failures_come_in_every_shape(opened: Opened, shape: str, looks: Callable[[Any], bool]) -> None:
    """A 503 may be any of the known bodies, a page or nothing."""
    emulator, client = opened
    emulator.set_faults([Rule("status", shape=shape)])
    status, body = client.post(SEARCH)
    assert status == 503
    assert looks(body), body


@pytest.mark.parametrize(
    ("retry", "headers"),
    [
        ("reset", {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "2026-11-22T12:00:30Z"}),
        ("reset_minute", {"x-ratelimit-reset": "2026-11-22T12:01Z"}),
        ("seconds", {"retry-after": "30"}),
        ("date", {"retry-after": "Sun, 22 Nov 2026 12:00:30 GMT"}),
        ("both", {"retry-after": "30", "x-ratelimit-reset": "2026-11-22T12:00:30Z"}),
        ("none", {}),
        ("past", {"x-ratelimit-reset": "2026-11-22T11:00:00Z"}),
        ("nonsense", {"retry-after": "soon", "x-ratelimit-reset": "tomorrow"}),
    ],
)
def test_a_429_says_when_in_every_way(opened: Opened, retry: str, headers: dict[str, str]) -> None:
    """Each documented or observed way of saying when to come again, and none, and two wrong ones."""
    emulator, client = opened
    emulator.set_faults([Rule("status", status=429, shape="proxy", retry=retry, seconds=30)])
    status, _, answered = client.send("POST", SEARCH)
    told = {name: value for name, value in answered.items() if re.match("x-ratelimit|retry", name)}
    assert status == 429
    assert headers.items() <= told.items()
    assert bool(told) == bool(headers)


def test_a_redirect_names_another_host(opened: Opened) -> None:
    """The status and the place are the rule's."""
    emulator, client = opened
    emulator.set_faults([Rule("redirect", url="https://other.acme.example/x", status=307)])
    status, _, headers = client.send("POST", SEARCH)
    assert (status, headers["location"]) == (307, "https://other.acme.example/x")


def test_a_truncated_body_promises_more_than_it_has(opened: Opened) -> None:
    """The connection ends before the promised length."""
    emulator, client = opened
    emulator.set_faults([Rule("truncated")])
    with pytest.raises(http.client.IncompleteRead):
        client.post(SEARCH)
    assert client.post(SEARCH)[0] == 200


def test_slow_replies_wait_on_the_clock_they_were_given() -> None:
    """A drip pauses after each byte, a delay once; neither sleeps where a test brings its own pause."""
    waited: list[float] = []
    with Emulator(organization(), pause=waited.append, latency_s=0.1) as emulator:
        client = Client(emulator)
        emulator.set_faults([Rule("drip", match="/count", seconds=0.5), Rule("delay", match="/stats", seconds=7)])
        _, body, headers = client.send("GET", f"{DIRECTORY}/users/count")
        assert body == {"count": 7}
        assert waited[0] == 0.1
        assert waited.count(0.5) > int(headers["content-length"])
        client.get(f"{DIRECTORY}/users/stats")
        client.close()
    assert waited[-1] == pytest.approx(7.1)


def test_bodies_can_be_far_too_large(opened: Opened) -> None:
    """A huge body has the size asked for; a bomb has a thousandth of it on the wire."""
    emulator, client = opened
    emulator.set_faults([Rule("huge", size=3_000_000), Rule("gzip_bomb", size=5_000_000, nth=2)])
    _, body, headers = client.send("POST", SEARCH)
    assert headers["content-length"] == "3000000"
    assert body["data"] == []
    client.close()
    connection = http.client.HTTPConnection(emulator.url.removeprefix("http://"), timeout=10)
    connection.request("POST", SEARCH)
    reply = connection.getresponse()
    wire = reply.read()
    connection.close()
    assert reply.getheader("content-encoding") == "gzip"
    assert len(wire) < 10_000 < len(gzip.decompress(wire))


def test_an_honest_gzip_body_reads_the_same(opened: Opened) -> None:
    """Compression alone changes nothing of what is said."""
    emulator, _ = opened
    emulator.set_faults([Rule("gzip")])
    connection = http.client.HTTPConnection(emulator.url.removeprefix("http://"), timeout=10)
    connection.request("GET", f"{DIRECTORY}/users/count", headers={"Authorization": "Bearer emulator-key"})
    body = gzip.decompress(connection.getresponse().read())
    connection.close()
    assert body == b'{"count":7}'


def test_keys_can_go_missing_from_some_people(opened: Opened) -> None:
    """Named accounts, or each so-manyth of a page, lose keys or get other values."""
    emulator, client = opened
    emulator.set_faults([Rule("drop_keys", keys=("platformRoles",), accounts=("u-ada",)),
                         Rule("set_keys", patch={"addedToOrg": "long ago"}, share=3)])  # fmt: skip
    _, page = client.post(SEARCH, {"expand": ["platformRoles"], "limit": 5})
    assert [user["accountId"] for user in page["data"] if "platformRoles" not in user] == ["u-ada"]
    assert [number for number, user in enumerate(page["data"]) if user["addedToOrg"] == "long ago"] == [0, 3]


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        (Rule("duplicate_user", nth=2), ["ada", "ben", "ben", "cleo", "dov", "eve", "fay", "unknown"]),
        (Rule("page_missing"), ["ada", "ben", "eve", "fay", "unknown"]),
        (Rule("last_page_early", nth=2), ["ada", "ben", "cleo", "dov"]),
        (Rule("empty_page", nth=2), ["ada", "ben", "eve", "fay", "unknown"]),
        (Rule("repeat_cursor", nth=2), ["ada", "ben", "cleo", "dov", "cleo", "dov", "eve", "fay", "unknown"]),
        (Rule("repeat_cursor", nth=2, times=0), ["ada", "ben", *["cleo", "dov"] * 9]),
        (Rule("endless", times=0), ["ada", "ben", "cleo", "dov", "eve", "fay", *["unknown"] * 7]),
    ],
    ids=lambda value: value.kind if isinstance(value, Rule) else "",
)
def test_pages_can_be_wrong(opened: Opened, rule: Rule, names: list[str]) -> None:
    """People twice, pages lost, empty or cut off, cursors that do not move on, and a list without an end."""
    emulator, client = opened
    emulator.set_faults([rule])
    assert walked(client) == names


def test_a_duplicate_can_have_another_content(opened: Opened) -> None:
    """The same account comes once more on the next page, with what the patch says."""
    emulator, client = opened
    emulator.set_faults([Rule("duplicate_user", nth=2, patch={"status": "suspended"})])
    _, first = client.post(SEARCH, {"limit": 2})
    _, second = client.post(SEARCH, {"cursor": first["links"]["next"]})
    assert second["data"][0] == {**first["data"][-1], "status": "suspended"}


def test_counts_and_links_can_lie(opened: Opened) -> None:
    """A count is off by what the rule says; a next link leads to another host."""
    emulator, client = opened
    emulator.set_faults([Rule("count_off", by=-2, match="/count"), Rule("next_host", match="workspaces")])
    assert client.get(f"{DIRECTORY}/users/count") == (200, {"count": 5})
    _, page = client.post(f"{V2}/workspaces", {"limit": 1})
    assert page["links"]["next"].startswith("https://elsewhere.acme.example/admin?cursor=")


def test_the_servers_clock_can_be_wrong(opened: Opened) -> None:
    """The Date header is the emulator's time, off by the rule's seconds."""
    emulator, client = opened
    emulator.set_faults([Rule("skew", seconds=7200, times=0, nth=2)])
    dates = [parsedate_to_datetime(client.send("GET", ORG)[2]["date"]) for _ in range(3)]
    assert dates == [NOON, NOON + timedelta(hours=2), NOON + timedelta(hours=2)]


def test_a_write_can_be_seen_late(opened: Opened) -> None:
    """The next reads still see the person as before the write; the truth and the log have changed at once."""
    emulator, client = opened
    emulator.set_faults([Rule("lag", match="memberships", reads=2)])
    client.delete(f"{DIRECTORY}/groups/g-jira/memberships/u-ben")
    counts = [client.get(f"{DIRECTORY}/users/count?groupIds=g-jira")[1]["count"] for _ in range(3)]
    assert counts == [3, 3, 2]
    assert len(emulator.effects) == 1


def test_people_can_leave_in_the_middle(opened: Opened) -> None:
    """Someone who vanishes between two pages is on no later page."""
    emulator, client = opened
    emulator.set_faults([Rule("vanish", match="search", nth=2, accounts=("u-fay",))])
    assert walked(client) == ["ada", "ben", "cleo", "dov", "eve", "unknown"]


def test_every_kind_of_fault_has_a_test() -> None:
    """A kind that this file does not name would be a fault that nobody has seen strike."""
    text = Path(__file__).read_text("utf-8")
    edits = {"edit"}  # held by the tests of the writes
    assert [kind for kind in KINDS if f'"{kind}"' not in text and kind not in edits] == []


def test_rules_come_from_json_and_wrong_ones_are_refused() -> None:
    """A plan of faults can be a file; an unknown kind or key is an error that names it."""
    assert rules([{"kind": "drop_keys", "keys": ["groups"]}]) == (Rule("drop_keys", keys=("groups",)),)
    with pytest.raises(ValueError, match="no kind of fault 'flood'"):
        rules([{"kind": "flood"}])
    with pytest.raises(ValueError, match="no such key of a rule: often"):
        rules([{"kind": "reset", "often": 1}])


def test_beyond_the_limit_comes_a_429_until_the_window_ends() -> None:
    """Replies announce what is left; the one call too many is refused, and the next window admits it."""
    now = NOON
    with Emulator(organization(), clock=lambda: now, limits=[Limit(2, 60, match="/count")]) as emulator:
        client = Client(emulator)
        left = [client.send("GET", f"{DIRECTORY}/users/count")[2]["x-ratelimit-remaining"] for _ in range(2)]
        status, body, headers = client.send("GET", f"{DIRECTORY}/users/count")
        assert client.get(ORG)[0] == 200
        now = datetime.fromisoformat(headers["x-ratelimit-reset"])
        assert client.get(f"{DIRECTORY}/users/count")[0] == 200
        client.close()
    assert (left, status, body["code"]) == (["1", "0"], 429, 429)
    assert now == NOON + timedelta(minutes=1)
