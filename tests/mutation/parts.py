"""Which modules are made wrong, and which tests have to notice: those nearest to them first."""

from __future__ import annotations

from dataclasses import dataclass

_ENGINE, _JOURNAL, _RUN = "tests/unit/engine", "tests/unit/journal", "tests/unit/run"


@dataclass(frozen=True)
class Part:
    """Modules, and the tests that must notice what is wrong with them: a text of several paths is asked at once."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


def _within(folder: str, names: str) -> tuple[str, ...]:
    return tuple(f"{folder}/{name}.py" for name in names.split())


PARTS = {
    "rails": Part(
        (
            *_within("runner/engine/rails", "admins approval conflict facts groups limits quarantine snapshot stop"),
            *_within("runner/engine", "settle case"),
        ),
        (" ".join(_within(_ENGINE, "test_rails test_rails_edges")), _ENGINE),
    ),
    "plan": Part(
        _within("runner/engine", "digest draft seats merge held recheck plan undo guard evaluate"),
        (
            " ".join(
                _within(
                    _ENGINE,
                    "test_draft test_guard test_held test_undo test_rails test_rails_edges test_seats test_evaluate",
                )
            ),
            "tests/cases",
            _ENGINE,
        ),
    ),
    "journal": Part(
        _within("runner/journal", "chain records verify lease writing fold journal"),
        (
            " ".join(_within(_JOURNAL, "test_records test_lease test_journal test_edges test_words test_privacy")),
            " ".join(_within(_JOURNAL, "test_verify test_rivals")),
        ),
    ),
    "run": Part(
        _within("runner/run", "applying breaker recovery approved"),
        (" ".join(_within(_RUN, "test_applying test_approved test_breaker test_recovery")),),
    ),
}


def asked_of(module: str) -> tuple[str, ...]:
    """The tests that have to notice what is wrong with a module."""
    return next(part.tests for part in PARTS.values() if module in part.modules)
