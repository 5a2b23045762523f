"""Results of commands, as they are published and as the stream has them."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone

from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from ..command_desk import CommandDesk
from ..trouble import as_jambus_error
from .link import NatsLink, unless_failing
from .subjects import call_sid_of

#: How far the clocks of this process and of the server may differ.
_CLOCKS_DIFFER = timedelta(seconds=10)
#: A consumer that nobody reads from is deleted after this time, seconds.
_INACTIVE = 60.0
_AGAIN_AFTER = 0.5
_MOST_AT_ONCE = 256


class Results:
    """Gives the desk all results. What a lost connection has kept away is read from the stream."""

    def __init__(self, link: NatsLink, desk: CommandDesk) -> None:
        self._link = link
        self._desk = desk
        self._subject = f"{link.names.results}.*"
        self._reading: asyncio.Task[None] | None = None

    async def follow(self) -> None:
        await self._link.nc.subscribe(self._subject, cb=self._take)
        self._link.on_connected.append(self._catch_up)

    def close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()

    async def _take(self, message: Msg) -> None:
        call_sid = call_sid_of(self._link.names.results, message.subject)
        if call_sid is None:
            return
        try:
            self._desk.take(call_sid, message.data)
        except Exception as error:
            self._link.on_trouble(as_jambus_error(error, "a result", "bad_message"))

    def _catch_up(self) -> None:
        self.close()
        self._reading = asyncio.ensure_future(self._read_missed())

    async def _read_missed(self) -> None:
        while self._desk.waiting_since is not None:
            try:
                return await self._read_once(self._desk.waiting_since)
            except Exception as error:
                doing = "reading the results of the time without connection"
                self._link.on_trouble(as_jambus_error(error, doing))
                await asyncio.sleep(_AGAIN_AFTER)

    async def _read_once(self, since: float) -> None:
        stream = await self._link.stream_of(self._subject)
        config = ConsumerConfig(
            ack_policy=AckPolicy.NONE,
            deliver_policy=DeliverPolicy.BY_START_TIME,
            opt_start_time=datetime.fromtimestamp(since, timezone.utc) - _CLOCKS_DIFFER,
            filter_subject=self._subject,
            inactive_threshold=_INACTIVE,
            mem_storage=True,
            num_replicas=1,
        )
        info = await self._link.js.add_consumer(stream, config)
        try:
            reading = await self._link.js.pull_subscribe_bind(stream=stream, consumer=info.name)
            left = info.num_pending or 0
            while left > 0 and self._desk.waiting_since is not None:
                for message in await reading.fetch(min(left, _MOST_AT_ONCE)):
                    await self._take(message)
                    left = message.metadata.num_pending
            await unless_failing(reading.unsubscribe())
        finally:
            await unless_failing(self._link.js.delete_consumer(stream, info.name))
