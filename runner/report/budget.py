"""Reports that fit: lists are cut to the most rows for which the whole fits, and say what is missing."""

from __future__ import annotations

from collections.abc import Callable, Sized

from runner.report.safe import Safe

EVERYTHING = 1_000_000_000
"""As many rows as there are."""
_STEPS = (EVERYTHING, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 300, 200, 150, 100, 70, 50, 30, 20, 10, 5, 3, 2, 1, 0)


def characters(text: str) -> int:
    """How long a comment is, as GitHub counts."""
    return len(text)


def size(text: str) -> int:
    """How many bytes the text has in UTF-8."""
    return len(text.encode())


def fitted(render: Callable[[int], str], measure: Callable[[str], int], limit: int) -> str:
    """``render`` with the most rows a list for which the text is no longer than ``limit``, or else with none."""
    text = render(_STEPS[0])
    if measure(text) <= limit:
        return text
    least, most = 1, len(_STEPS) - 1  # the more steps, the fewer rows; the last one is taken unseen
    while least < most:
        middle = (least + most) // 2
        if measure(render(_STEPS[middle])) <= limit:
            most = middle
        else:
            least = middle + 1
    return render(_STEPS[most])


def more(rows: int) -> Callable[..., Safe]:
    """The line under a list that was cut: how many there are besides those shown, and together."""

    def line(entries: Sized, what: str = "rows") -> Safe:
        total = len(entries)
        return Safe(f"\n… and {total - rows:,} more, {total:,} {what} in all." if total > rows else "")

    return line
