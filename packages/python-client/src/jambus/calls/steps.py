"""What the steps of a call are made of."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from ..contract import CommandResult
from ..errors import CallEnded, CallTimeout, CommandRejected
from ..event import Event
from ..result import delivered_before
from .claim import Claim
from .log import LogReader
from .step_ids import StepIds

Verb = Mapping[str, Any]
Found = TypeVar("Found")

#: So that `finished` is told of each verb.
_NOTIFY: Verb = {"verb": "config", "notifyEvents": True}


class Send(Protocol):
    """Publishes a message for a call."""

    def __call__(self, call_sid: str, message: Mapping[str, Any], *, id: str) -> Coroutine[Any, Any, CommandResult]: ...


@dataclass(frozen=True)
class Question:
    """A question of jambonz that nobody has answered."""

    msgid: str
    asked_at: datetime


class Stop:
    """Tells those who wait that nobody needs it any more."""

    def __init__(self) -> None:
        self.stopped = False


class Stopped(Exception):
    """Nobody needs it any more."""


class Steps:
    """Sends for one call, and finds what comes of it."""

    def __init__(self, claim: Claim, send: Send) -> None:
        self.call_sid = claim.session.call_sid
        self.log = claim.log
        self._session = claim.session
        self._send = send
        self._resumed = claim.resumed
        self._ids = StepIds()
        #: What was told before this process had the call.
        self._past_end = self.log.end if claim.resumed else 0
        #: Behind the last event that the function has waited for.
        self.stand = self.log.reader(1)
        self._clock = claim.session.time.timestamp()
        self._notified = False
        self._left: set[asyncio.Task[None]] = set()
        self.question: Question | None = None
        self.asked(claim.session)

    def name_of(self, content: object) -> str:
        """A name for a step, the same whenever the function is run."""
        return self._ids.next(content)

    def asked(self, event: Event) -> None:
        """The event is a hook that jambonz waits in: the next verbs are its answer."""
        if event.msgid is not None:
            self.question = Question(event.msgid, event.time)

    async def send_verbs(self, name: str, verbs: Sequence[Verb]) -> CommandResult:
        """Sends verbs as the answer that jambonz waits for, or else in place of those that run."""
        asked, self.question = self.question, None
        every = [*verbs] if self._notified else [_NOTIFY, *verbs]
        self._notified = True
        if asked is None:
            return await self.send_step(name, {"type": "command", "command": "redirect", "data": every})
        return await self.send_step(name, {"type": "ack", "msgid": asked.msgid, "data": every})

    async def send_step(self, name: str, message: Mapping[str, Any]) -> CommandResult:
        """Sends a message as a step. Resolves when it is on the websocket of the call, now or before."""
        command_id = f"{self._session.id}/{name}"
        # It has had its effect, as the events say: there is no need to rely on anybody's memory of ids.
        if self._resumed and self._has_effect(command_id):
            return delivered_before(self.call_sid, command_id)
        if self.log.ended is not None:
            raise self.log.ended
        result = await self._unless_ended(self._send(self.call_sid, message, id=command_id))
        if result["status"] == "delivered" or result.get("code") == "duplicate":
            return result
        if result.get("code") == "call_ended":
            raise CallEnded(self.call_sid, "its commands are refused")
        raise CommandRejected(result)

    async def find(
        self,
        pick: Callable[[Event], Found | None],
        what: str,
        timeout: float | None = None,
        stop: Stop | None = None,
        reader: LogReader | None = None,
        keep: bool = False,
    ) -> Found:
        """The first event from where the function stands of which `pick` makes something.

        With a `reader`, from there, wherever the function stands by now. It is moved behind what is found, and is
        closed unless it is to be kept.

        Raises CallEnded, CallHandedOver, CallTimeout with `what`, and what `pick` raises.
        """
        reader = reader or self.log.reader(self.stand.position)
        # What is in the past was waited for in the time of the past.
        in_past = reader.position < self._past_end
        until = None if timeout is None else (self._clock if in_past else time.time()) + timeout
        try:
            while True:
                event = self.log.at(reader.position)
                if event is None and reader.position < self.log.end:
                    reader.position += 1
                elif event is None:
                    await self._wait(until, timeout, what, stop)
                elif until is not None and reader.position < self._past_end and event.time.timestamp() > until:
                    raise CallTimeout(self.call_sid, what, timeout or 0)
                else:
                    found = pick(event)
                    if found is not None:
                        self._move_to(reader.position, event)
                    reader.position += 1
                    if found is not None:
                        return found
        finally:
            if not keep:
                reader.close()

    def leave(self, task: asyncio.Task[None]) -> None:
        """Lets something go on that nobody waits for, at most as long as the function of the call."""
        self._left.add(task)
        task.add_done_callback(self._forget)

    def close(self) -> None:
        """The function of the call has ended."""
        for task in self._left:
            task.cancel()

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._left.discard(task)
        if not task.cancelled():
            # Looked at, so that nobody is warned of it.
            task.exception()

    async def _wait(self, until: float | None, timeout: float | None, what: str, stop: Stop | None) -> None:
        if self.log.ended is not None:
            raise self.log.ended
        if stop is not None and stop.stopped:
            raise Stopped
        left = None if until is None else until - time.time()
        if left is not None and left <= 0:
            raise CallTimeout(self.call_sid, what, timeout or 0)
        await self.log.wait(left)

    def _move_to(self, position: int, event: Event) -> None:
        if position >= self.stand.position:
            self.stand.position = position + 1
            self._clock = event.time.timestamp()

    def _has_effect(self, command_id: str) -> bool:
        for position in range(self.stand.position, self.log.end):
            event = self.log.at(position)
            if event is not None and event.causation_id == command_id:
                return True
        return False

    async def _unless_ended(self, sending: Awaitable[CommandResult]) -> CommandResult:
        task = asyncio.ensure_future(sending)
        either: set[asyncio.Future[Any]] = {task, self.log.ending}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if self.log.ended is None:
                return task.result()
            if task.done() and not task.cancelled():
                # Looked at, so that nobody is warned of it.
                task.exception()
            raise self.log.ended
        finally:
            task.cancel()


def hook_of(name: str) -> str:
    """The path of the hook that a step is told by."""
    return f"/jambus/{name}"
