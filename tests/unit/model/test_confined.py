"""People whom a server can find: narrowing, widening, and what cannot be said."""

from __future__ import annotations

import pytest

from runner.model.confined import MOST, Confined, either, every, plain_words


def of(groups: str = "", domains: str = "", statuses: str = "") -> Confined:
    """An entry of words."""
    return Confined(frozenset(groups.split()), frozenset(domains.split()), frozenset(statuses.split()))


A, B, ACTIVE = of("a"), of("b"), of(statuses="active")


def test_either_is_everybody_of_all_parts() -> None:
    """A part that may be anybody makes it anybody; no part at all is nobody."""
    assert either([(A,), (B,)]) == (A, B)
    assert either([(A,), None]) is None
    assert either([]) == ()


def test_every_narrows_and_ignores_parts_that_say_nothing() -> None:
    """Both at once; anybody in all parts stays anybody."""
    assert every([(A,), None, (ACTIVE,)]) == (of("a", statuses="active"),)
    assert every([None, None]) is None
    assert every([(A, B), (ACTIVE,)]) == (of("a", statuses="active"), of("b", statuses="active"))


def test_what_excludes_itself_is_nobody() -> None:
    """Two statuses at once, two domains at once."""
    assert every([(ACTIVE,), (of(statuses="suspended"),)]) == ()
    assert every([(of(domains="x y"),), (of(domains="y z"),)]) == (of(domains="y"),)


def test_of_two_sets_of_groups_one_is_enough() -> None:
    """A search knows only "in any of": more people than match are no mistake."""
    assert every([(A,), (B,)]) == (A,)


def test_entries_within_others_are_left_out() -> None:
    """Nobody is read twice for nothing."""
    assert either([(of("a", statuses="active"),), (A,)]) == (A,)
    assert either([(of("a b"),), (A,)]) == (of("a b"),)
    assert either([(ACTIVE,), (of(statuses="active suspended"),)]) == (of(statuses="active suspended"),)


def test_what_grows_too_large_is_followed_no_further() -> None:
    """Of very many combinations the smaller part alone is kept."""
    many = tuple(of(f"g{n}") for n in range(MOST))
    few = (of(domains="x"), of(domains="y"))
    assert every([many, few]) == few


@pytest.mark.parametrize(("words", "plain"), [(["a", "B-c"], True), (["straße"], False), ([""], False)])
def test_only_words_whose_case_everybody_folds_alike_are_asked_for(words: list[str], plain: bool) -> None:
    """Beyond ASCII a server may compare in another way than policies do."""
    assert plain_words(words) is plain
