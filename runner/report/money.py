"""Seats and money: what the changes freed and took, a month."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from runner.model.report import SeatChange
from runner.report import words


@dataclass(frozen=True, slots=True)
class SeatRow:
    """One app's seats; ``price`` and ``saved`` a month are empty where the settings have no price for it."""

    app: str
    freed: int
    taken: int
    price: str
    saved: str


def cents_saved(seat: SeatChange) -> int | None:
    """What the app costs less a month, in hundredths of its currency; negative where more seats were taken."""
    return None if seat.price is None else round(seat.price * 100) * (seat.freed - seat.taken)


def seat_rows(seats: Iterable[SeatChange]) -> tuple[SeatRow, ...]:
    """The rows of the table of seats, for apps of which the number changed."""
    return tuple(
        SeatRow(
            seat.app,
            seat.freed,
            seat.taken,
            "" if seat.price is None else words.money(round(seat.price * 100), seat.currency),
            "" if seat.price is None else words.money(cents_saved(seat) or 0, seat.currency),
        )
        for seat in seats
        if seat.freed or seat.taken
    )


def totals(seats: Iterable[SeatChange]) -> tuple[str, ...]:
    """What is saved a month over all apps with a price, one amount a currency."""
    sums: dict[str, int] = {}
    for seat in seats:
        cents = cents_saved(seat)
        if cents is not None and (seat.freed or seat.taken):
            sums[seat.currency or ""] = sums.get(seat.currency or "", 0) + cents
    return tuple(words.money(cents, currency) for currency, cents in sorted(sums.items()))
