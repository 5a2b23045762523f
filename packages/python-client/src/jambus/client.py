"""The client of a bus: what is the same on every one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal

from .calls.calls import Calls
from .calls.claim import ClaimOptions, Claims
from .command_desk import CommandDesk
from .contract import CommandResult
from .errors import JambusError
from .names import check_call_sid
from .outgoing import DEFAULT_EXPIRES_IN, outgoing_command
from .trouble import OnTrouble

DEFAULT_NAME = "jambus-client"
DEFAULT_CONNECT_WITHIN = 10.0
DEFAULT_DRAIN = 5.0
#: How long calls may take to be handed over, once they had their time to finish, seconds.
_HAND_OVER = 3.0


@dataclass(frozen=True)
class ClientParts:
    """What a bus brings to a client."""

    desk: CommandDesk
    #: The CloudEvents source of the commands.
    source: str
    claim_calls: Callable[[ClaimOptions], Claims]
    on_trouble: OnTrouble
    drain: float
    disconnect: Callable[[], Awaitable[None]]


class Commands:
    """Sends commands as they are."""

    def __init__(self, desk: CommandDesk, source: str) -> None:
        self._desk = desk
        self._source = source

    async def send(
        self,
        call_sid: str,
        command: Mapping[str, Any],
        *,
        id: str | None = None,
        expires_in: float = DEFAULT_EXPIRES_IN,
        ifverbid: str | None = None,
        ifsequence: int | None = None,
        results: Literal["terminal"] | None = None,
        traceparent: str | None = None,
    ) -> CommandResult:
        """Publishes a command and waits for its one outcome: `delivered`, or `rejected` with its code.

        Commands of one call are published in the order in which they were sent. Sent twice with the same `id`, a
        command has one effect. Raises JambusError when the bus cannot take it, or when no result comes until it has
        expired.
        """
        check_call_sid(call_sid)
        outgoing = outgoing_command(
            self._source,
            call_sid,
            command,
            id=id,
            expires_in=expires_in,
            ifverbid=ifverbid,
            ifsequence=ifsequence,
            results=results,
            traceparent=traceparent,
        )
        return await self._desk.send(outgoing)

    async def answer(
        self, call_sid: str, msgid: str, verbs: Sequence[Mapping[str, Any]] = (), *, id: str | None = None
    ) -> CommandResult:
        """Answers a message of jambonz that wants it, with verbs to go on with. Otherwise as `send`."""
        return await self.send(call_sid, {"type": "ack", "msgid": msgid, "data": [*verbs]}, id=id)


class Client:
    """What a microservice needs to drive calls. The same on every bus."""

    def __init__(self, parts: ClientParts) -> None:
        self._parts = parts
        self._closing: asyncio.Task[None] | None = None
        self.commands = Commands(parts.desk, parts.source)
        self.calls = Calls(parts.claim_calls, self._send_step, parts.on_trouble, parts.drain)

    async def _send_step(self, call_sid: str, message: Mapping[str, Any], *, id: str) -> CommandResult:
        return await self.commands.send(call_sid, message, id=id)

    async def close(self) -> None:
        """Ends in good order: calls are finished or handed over, results are waited for. Never raises."""
        if self._closing is None:
            self._closing = asyncio.ensure_future(self._close())
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        desk = self._parts.desk

        async def drain() -> None:
            await self.calls.close()
            await desk.settled()

        draining = asyncio.ensure_future(drain())
        await asyncio.wait({draining}, timeout=self._parts.drain + _HAND_OVER)
        draining.cancel()
        desk.close(JambusError("stopped", "the client was closed before the result came"))
        await self._parts.disconnect()

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()
