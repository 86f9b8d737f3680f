"""Several reads at a time, never more than so many, with their results in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Ahead(Generic[R]):
    """Reads of single people that go on in the background, while pages with more people still come.

    Leaving the ``with`` block gives up what has not begun.
    """

    def __init__(self, read: Callable[[str], R], workers: int) -> None:
        self._read = read
        self._pool = ThreadPoolExecutor(workers)
        self._asked: dict[str, Future[R]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def __len__(self) -> int:
        return len(self._asked)

    def ask(self, ids: Iterable[str]) -> None:
        """Begin to read; who was asked for before is not asked for again."""
        for id_ in ids:
            if id_ not in self._asked:
                self._asked[id_] = self._pool.submit(self._read, id_)

    def results(self) -> Iterator[tuple[str, R]]:
        """What was read, in the order in which it was asked for; waits. Raises what a read raised."""
        for id_, future in self._asked.items():
            yield id_, future.result()


def read_at_once(
    read: Callable[[T], R], items: Sequence[T], workers: int, told: Callable[[int], None] = lambda _done: None
) -> list[R]:
    """The results in the order of the items. ``told`` hears, in the caller's thread, how many there are so far.

    Where one fails, those that have not begun are given up, and its error is raised.
    """
    if len(items) < 2:
        return [read(item) for item in items]
    results: list[R] = []
    with ThreadPoolExecutor(min(workers, len(items))) as pool:
        futures = [pool.submit(read, item) for item in items]
        try:
            for future in futures:
                results.append(future.result())
                told(len(results))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    return results
