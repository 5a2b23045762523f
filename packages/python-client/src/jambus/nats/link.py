"""The connection to the servers, and who listens to it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import nats
from nats.aio.client import Client as NatsConnection
from nats.js import JetStreamContext

from ..errors import JambusError
from ..names import BusNames
from ..trouble import OnTrouble, as_jambus_error

#: Before the next server is tried, seconds.
_RECONNECT_WAIT = 1
#: How long a server may take to answer, seconds.
_ANSWER_WITHIN = 5.0


class NatsLink:
    """A connection that is made again for ever."""

    def __init__(self, names: BusNames, on_trouble: OnTrouble) -> None:
        self.names = names
        self.on_trouble = on_trouble
        self.nc = NatsConnection()
        self.js: JetStreamContext = self.nc.jetstream(timeout=_ANSWER_WITHIN)
        #: Called whenever there is a connection again.
        self.on_connected: list[Callable[[], None]] = []

    @property
    def connected(self) -> bool:
        return self.nc.is_connected

    async def open(self, servers: list[str], name: str, within: float, options: dict[str, Any]) -> None:
        """Raises JambusError when no server lets us in in time."""
        connecting = self.nc.connect(
            servers,
            name=name,
            max_reconnect_attempts=-1,
            reconnect_time_wait=_RECONNECT_WAIT,
            error_cb=self._on_error,
            disconnected_cb=self._on_disconnected,
            reconnected_cb=self._on_reconnected,
            **options,
        )
        try:
            await asyncio.wait_for(connecting, within)
        except asyncio.TimeoutError as error:
            raise JambusError("bus_unavailable", f"no server answers in {within:g} s: {', '.join(servers)}") from error
        except Exception as error:
            raise as_jambus_error(error, f"connecting to {', '.join(servers)}") from error

    async def stream_of(self, subject: str) -> str:
        """The stream that has the records of a subject. Raises JambusError when there is none."""
        try:
            return await self.js.find_stream_name_by_subject(subject)
        except nats.js.errors.NotFoundError as error:
            raise JambusError("bus_unavailable", f"no stream has {subject}: no adapter has been here yet") from error
        except Exception as error:
            raise as_jambus_error(error, f"looking for the stream of {subject}") from error

    async def publish(self, subject: str, payload: bytes) -> None:
        """Publishes what nobody confirms. Never raises."""
        try:
            await self.nc.publish(subject, payload)
        except Exception as error:
            self.on_trouble(as_jambus_error(error, f"publishing on {subject}"))

    async def flush(self, within: float) -> bool:
        """Whether the server has heard all that was said before."""
        try:
            await self.nc.flush(max(1, round(within)))
        except Exception:
            return False
        return True

    async def close(self) -> None:
        await unless_failing(self.nc.close())

    async def _on_error(self, error: Exception) -> None:
        self.on_trouble(as_jambus_error(error, "the connection"))

    async def _on_disconnected(self) -> None:
        if not self.nc.is_closed:
            self.on_trouble(JambusError("bus_unavailable", "the connection is lost, and is made again"))

    async def _on_reconnected(self) -> None:
        for listener in [*self.on_connected]:
            listener()


async def unless_failing(doing: Awaitable[object]) -> None:
    """What it raises does not matter any more."""
    try:
        await doing
    except Exception:
        pass
