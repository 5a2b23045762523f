"""Calls as a bus shares them out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ..event import Event
from .log import CallLog


class Claim(Protocol):
    """A call that this process serves, until it is done, gives it back, or loses it."""

    @property
    def session(self) -> Event: ...

    @property
    def log(self) -> CallLog:
        """Abandoned when another process may serve the call."""

    @property
    def resumed(self) -> bool:
        """Another process may have served it before."""

    async def prepared(self) -> None:
        """Resolves when the log has what was said before this process had the call, if that matters."""

    async def done(self) -> None:
        """Its function is done: nobody runs it again."""

    async def give_back(self) -> None:
        """Lets it be served again, by another process where there is one."""


class Claims(Protocol):
    """Calls of a durable name."""

    async def ready(self) -> None:
        """Resolves when no call that begins from now on is missed."""

    async def next(self) -> Claim | None:
        """The next call, to be asked for when there is room for one. None once this has ended."""

    def end(self) -> None:
        """Takes no more calls. Those there are stay."""

    async def close(self) -> None:
        """Gives up what is left. Never raises."""


@dataclass(frozen=True)
class ClaimOptions:
    durable: str
    application: str | None
