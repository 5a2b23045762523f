"""Brings commands together with their results. Knows no bus."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from .contract import CommandResult
from .errors import JambusError
from .outgoing import OutgoingCommand
from .result import duplicate_of, is_terminal, read_result
from .wakers import Wakers

DEFAULT_RESULT_MARGIN = 2.0
DEFAULT_MAX_UNDER_WAY = 10_000
#: Before what was not answered is published again, seconds.
_RETRY_AFTER = 0.5
#: How often somebody without a connection looks for one, seconds.
_LOOK_AGAIN = 0.1


class Publish(Enum):
    """What became of one attempt to publish a command."""

    STORED = "stored"
    #: The bus had this id before and has dropped the command.
    DUPLICATE = "duplicate"
    #: Nobody knows: the bus may have it.
    UNANSWERED = "unanswered"


class CommandOutlet(Protocol):
    """What a command desk needs of a bus."""

    def connected(self) -> bool: ...

    async def publish(self, command: OutgoingCommand) -> Publish:
        """Publishes one record. Raises JambusError when the bus refuses it."""


@dataclass
class _UnderWay:
    command: OutgoingCommand
    result: asyncio.Future[CommandResult]
    sent_at: float = field(default_factory=time.time)
    #: Nothing was published yet, so no result is its own.
    waiting: bool = True
    stored: bool = False
    #: The next result counts. Before, one may be that of an earlier command with this id.
    open: bool = False
    #: A result that came before the bus confirmed the command: its own, unless the bus turns out to drop it.
    early: CommandResult | None = None


class _Call:
    """The commands of one call. One at a time is unconfirmed, so that none overtakes another."""

    def __init__(self) -> None:
        self.turn = asyncio.Lock()
        self.by_id: dict[str, _UnderWay] = {}


class CommandDesk:
    """Publishes the commands of each call in their order."""

    def __init__(
        self,
        outlet: CommandOutlet,
        result_margin: float = DEFAULT_RESULT_MARGIN,
        max_under_way: int = DEFAULT_MAX_UNDER_WAY,
    ) -> None:
        self._outlet = outlet
        self._result_margin = result_margin
        self._max_under_way = max_under_way
        self._calls: dict[str, _Call] = {}
        self._under_way = 0
        self._refusal: JambusError | None = None
        self._driving: set[asyncio.Task[CommandResult]] = set()
        self._departures = Wakers()

    @property
    def waiting_since(self) -> float | None:
        """Since when results have to be known, seconds since the epoch. None when nobody waits for one."""
        sent = [each.sent_at for call in self._calls.values() for each in call.by_id.values() if not each.waiting]
        return min(sent, default=None)

    async def send(self, command: OutgoingCommand) -> CommandResult:
        """Resolves with the one outcome of the command."""
        if self._refusal is not None:
            raise self._refusal
        if self._under_way >= self._max_under_way:
            raise JambusError("overloaded", f"{self._under_way} commands wait for their results, which is the most")
        call = self._calls.setdefault(command.call_sid, _Call())
        if command.id in call.by_id:
            return duplicate_of(command.call_sid, command.id)
        entry = _UnderWay(command, asyncio.get_running_loop().create_future())
        call.by_id[command.id] = entry
        self._under_way += 1
        driving = asyncio.ensure_future(self._drive(entry, call))
        self._driving.add(driving)
        try:
            await asyncio.wait({driving}, timeout=command.expires_in + self._result_margin)
            if driving.cancelled():
                raise self._refusal or JambusError("stopped", "the client was closed before the result came")
            if driving.done():
                return driving.result()
            if entry.early is not None:
                return entry.early
            raise _no_result(entry)
        finally:
            driving.cancel()
            self._driving.discard(driving)
            del call.by_id[command.id]
            if not call.by_id:
                self._calls.pop(command.call_sid, None)
            self._under_way -= 1
            self._departures.wake()

    def take(self, call_sid: str, payload: bytes) -> None:
        """Takes a record of the results channel, wherever and however often it was read."""
        call = self._calls.get(call_sid)
        # Most results are of somebody else's commands: not worth reading.
        if call is None:
            return
        result = read_result(payload)
        entry = call.by_id.get(result["commandId"])
        if entry is None or entry.waiting or not is_terminal(result):
            return
        if not entry.open:
            entry.early = entry.early or result
        elif not entry.result.done():
            entry.result.set_result(result)

    async def settled(self) -> None:
        """Takes no more commands. Resolves when none is under way."""
        self._refusal = self._refusal or JambusError("stopped", "the client is closing")
        while self._under_way > 0:
            await self._departures.wait()

    def close(self, error: JambusError) -> None:
        """Gives up what is under way, and refuses what comes."""
        self._refusal = error
        for driving in self._driving:
            driving.cancel()

    async def _drive(self, entry: _UnderWay, call: _Call) -> CommandResult:
        until = time.monotonic() + entry.command.expires_in
        async with call.turn:
            outcome = await self._publish(entry, until)
        return outcome if outcome is not None else await entry.result

    async def _publish(self, entry: _UnderWay, until: float) -> CommandResult | None:
        """Publishes until the bus has it. Returns the result when it is known by then."""
        command = entry.command
        first = True
        while time.monotonic() < until:
            if not self._outlet.connected():
                await asyncio.sleep(_LOOK_AGAIN)
                continue
            entry.waiting = False
            try:
                outcome = await self._outlet.publish(command)
            except JambusError:
                # What is refused now may have been stored by the attempt before.
                if first:
                    raise
                outcome = Publish.UNANSWERED
            if first and outcome is Publish.DUPLICATE:
                # It was dropped, so no adapter will ever answer.
                return duplicate_of(command.call_sid, command.id)
            if entry.early is not None:
                return entry.early
            if outcome is not Publish.UNANSWERED:
                entry.stored = entry.open = True
                return None
            first = False
            await asyncio.sleep(_RETRY_AFTER)
        entry.open = True
        return entry.early


def _no_result(entry: _UnderWay) -> JambusError:
    command = f"command {entry.command.id} of call {entry.command.call_sid}"
    if entry.waiting:
        why = "there was no connection, or no confirmation of those before it"
        return JambusError("bus_unavailable", f"{command} expired before it could be published: {why}")
    if entry.stored:
        what = f"no result of {command} until it had expired: is an adapter running?"
    else:
        what = f"{command} was not confirmed until it had expired."
    return JambusError("bus_unavailable", f"{what} If it was delivered is not known")
