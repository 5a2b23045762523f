"""Results of commands on Kafka."""

from __future__ import annotations

import asyncio

from aiokafka import AIOKafkaConsumer

from ..command_desk import CommandDesk
from ..trouble import as_jambus_error
from .link import KafkaLink
from .records import key_of

_AGAIN_AFTER = 0.5


class Results:
    """Reads the results of all commands, whoever sent them: there is no telling where ours will be."""

    def __init__(self, link: KafkaLink, desk: CommandDesk) -> None:
        self._link = link
        self._desk = desk
        self._consumer: AIOKafkaConsumer | None = None
        self._reading: asyncio.Task[None] | None = None

    async def follow(self) -> None:
        """Resolves when no result of a command that is sent from now on is missed."""
        self._consumer = self._link.consumer()
        self._consumer.subscribe([self._link.names.results])
        await self._consumer.start()
        await self._consumer.seek_to_end()
        self._reading = asyncio.ensure_future(self._read(self._consumer))

    async def close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        if self._consumer is not None:
            await self._consumer.stop()

    async def _read(self, consumer: AIOKafkaConsumer) -> None:
        while True:
            try:
                for records in (await consumer.getmany(timeout_ms=1_000)).values():
                    for record in records:
                        self._take(record.value, key_of(record))
            except Exception as error:
                self._link.on_trouble(as_jambus_error(error, "reading results"))
                await asyncio.sleep(_AGAIN_AFTER)

    def _take(self, payload: bytes | None, call_sid: str | None) -> None:
        if payload is None or call_sid is None:
            return
        try:
            self._desk.take(call_sid, payload)
        except Exception as error:
            self._link.on_trouble(as_jambus_error(error, "a result", "bad_message"))
