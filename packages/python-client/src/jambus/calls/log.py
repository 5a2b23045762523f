"""The events of one call, in order and each once, for the function that serves it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ..errors import CallEnded, CallHandedOver
from ..event import Event
from ..facts import end_of_call
from ..wakers import Wakers

#: A function may wait for something else for long, while a streaming voice or a model talks.
_MOST_KEPT = 10_000
#: Looking for what nobody reads any more costs, so it is done once in so many events.
_TRIM_EVERY = 64


class LogReader:
    """Keeps the events of a log from a position on, until it is closed."""

    def __init__(self, readers: set[LogReader], position: int) -> None:
        self._readers = readers
        #: Where it reads next. To be moved on.
        self.position = position
        readers.add(self)

    def close(self) -> None:
        self._readers.discard(self)


class CallLog:
    """Begins with the `session:new` of the call, at position 0."""

    def __init__(self, first: Event, on_forgotten: Callable[[], None] = lambda: None) -> None:
        self._call_sid = first.call_sid
        self._on_forgotten = on_forgotten
        self._forgotten = False
        self._events: list[Event] = []
        self._base = 0
        self._last_sequence = first.sequence - 1
        #: Came before their turn, by sequence.
        self._early: dict[int, Event] = {}
        self._readers: set[LogReader] = set()
        self._arrivals = Wakers()
        #: Has a result when the call is over or is another process's: what waits raises it.
        self.ending: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()
        self._append(first)

    @property
    def ended(self) -> Exception | None:
        """CallEnded or CallHandedOver; None while the call is ours."""
        return self.ending.result() if self.ending.done() else None

    @property
    def has_gap(self) -> bool:
        """Whether an event has come and one before it has not."""
        return bool(self._early)

    @property
    def end(self) -> int:
        """The position behind the last event."""
        return self._base + len(self._events)

    def take(self, event: Event) -> None:
        """Takes an event, however often it comes and whatever came before it."""
        if event.sequence <= self._last_sequence or self.ending.done():
            return
        self._early[event.sequence] = event
        self._append_in_turn()
        self._arrivals.wake()

    def close_gap(self) -> None:
        """What is missing will not come any more."""
        while self._early:
            self._last_sequence = min(self._early) - 1
            self._append_in_turn()
        self._arrivals.wake()

    def at(self, position: int) -> Event | None:
        """The event at a position. None when there is none yet, or nobody has kept it."""
        index = position - self._base
        return self._events[index] if 0 <= index < len(self._events) else None

    def reader(self, position: int) -> LogReader:
        return LogReader(self._readers, position)

    async def wait(self, timeout: float | None = None) -> None:
        """Returns when something has changed, or after so many seconds."""
        await self._arrivals.wait(timeout)

    def wake(self) -> None:
        """Has all who wait look again."""
        self._arrivals.wake()

    def abandon(self) -> None:
        """The call is another process's from now on."""
        self._end(CallHandedOver(self._call_sid))
        self._arrivals.wake()

    def _end(self, why: Exception) -> None:
        if not self.ending.done():
            self.ending.set_result(why)

    def _append_in_turn(self) -> None:
        while (event := self._early.pop(self._last_sequence + 1, None)) is not None:
            self._append(event)

    def _append(self, event: Event) -> None:
        self._last_sequence = event.sequence
        self._events.append(event)
        how = end_of_call(event)
        if how is not None:
            self._end(CallEnded(self._call_sid, how))
        if len(self._events) % _TRIM_EVERY == 0:
            self._trim()

    def _trim(self) -> None:
        read = min((reader.position for reader in self._readers), default=self.end)
        least = self.end - _MOST_KEPT
        if least > read and not self._forgotten:
            self._forgotten = True
            self._on_forgotten()
        start = max(min(read, self.end), least, self._base)
        del self._events[: start - self._base]
        self._base = start
