"""What a run is given: every part of the world it may touch, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from runner.directory.interface import Progress, Reader, Writer, no_progress
from runner.journal.journal import Journal
from runner.journal.mask import PLAIN, Mask
from runner.model.policy import Policies


def never() -> str:
    """Nobody stops or cancels anything."""
    return ""


@dataclass(frozen=True)
class Session:
    """``now`` is the run's logical clock (``--now``, else when it began), ``clock`` the wall clock.

    ``stopped`` says why everything is stopped (the kill switch, looked at before each batch) and ``cancelled`` why the
    process was told to end; both answer with an empty text where all is well. A session without a journal plans only.
    """

    policies: Policies
    reader: Reader
    now: datetime
    clock: Callable[[], datetime]
    stopped: Callable[[], str] = never
    cancelled: Callable[[], str] = never
    progress: Progress = no_progress
    mask: Mask = PLAIN


@dataclass(frozen=True)
class WritingSession:
    """A session that may write: the other half of the directory, the journal, and who is at work.

    ``token`` is random, for the run's name. ``link`` is the address below which the journal's files can be read, and
    ``job`` that of the workflow's run, where there are such. ``wait`` gets seconds, and may come back early when
    somebody wants the run to end.
    """

    session: Session
    writer: Writer
    journal: Journal
    actor: str
    token: str
    tool_version: str
    link: str = ""
    job: str = ""
    wait: Callable[[float], None] = time.sleep
