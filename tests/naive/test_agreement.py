"""The product's evaluator and the naive one agree on random organizations and filters."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, given, settings

from runner.engine.evaluate import Evaluation
from runner.policy.expression import parse_match
from runner.policy.flow import render_flow
from tests.naive.answer import Json, answer
from tests.naive.build import build_condition, build_filters, build_world
from tests.naive.made import Case, cases, conditions

WORDS = {True: "yes", False: "no", None: "unknown"}
SEEN: Counter[str] = Counter()
EXAMPLES = 3 * getattr(settings.default, "max_examples", 100)
"""Organizations with filters to try; a longer run is another profile (``--hypothesis-profile=soak``)."""


def disagreements(case: Case) -> list[str]:
    """Each filter and person about whom the two evaluators do not say the same."""
    given = case.given
    world, filters = (
        build_world(given.directory, given.now, lists=given.lists, past=given.past),
        build_filters(given.filters),
    )
    evaluation = Evaluation(world)
    found = []
    for written in case.written:
        verdicts = evaluation.verdicts(condition := build_condition(written, filters))
        for person in given.directory["users"]:
            user = world.users[person["account_id"]]
            ours = WORDS[verdicts.truth(world.snapshot.users.index(user))]
            alone, naive = WORDS[evaluation.explain(condition, user).truth], answer(written, person, given)
            SEEN[naive] += 1
            if not ours == naive == alone:
                found.append(f"{person['account_id']} {written}: {ours}, alone {alone}, naive {naive}")
    return found


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow])
@given(cases())
def compare(case: Case) -> None:
    """Compare the evaluators on one organization."""
    assert disagreements(case) == []


def test_two_evaluators_written_apart_agree() -> None:
    """For thousands of filters and people both say the same, asked about everybody and about one alone."""
    SEEN.clear()
    compare()
    assert SEEN.total() > 15 * EXAMPLES
    assert min(SEEN[word] for word in WORDS.values()) > SEEN.total() // 20, SEEN


@given(conditions())
def test_the_filters_compared_are_such_as_policies_may_hold(written: Json) -> None:
    """Each of them passes the strict reading of policies, and means there what it means here."""
    assert parse_match(render_flow(written)) == build_condition(written, {})
