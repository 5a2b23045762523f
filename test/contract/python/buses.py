"""The plain clients of both brokers, addressed as the document says."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

import nats
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from nats.aio.msg import Msg
from nats.errors import NoRespondersError

from contract import Contract, Headers

# What came on the channel of which operation, about which call.
Handler = Callable[[str, str, Headers, bytes], Awaitable[None]]


class Bus(Protocol):
    name: str

    async def receive(self, operations: list[str], handler: Handler) -> None: ...

    async def send(self, call_sid: str, headers: Headers, payload: bytes) -> None: ...

    async def close(self) -> None: ...


class NatsBus:
    name = "nats"

    def __init__(self, contract: Contract, connection: nats.NATS) -> None:
        self._contract = contract
        self._connection = connection

    @classmethod
    async def connect(cls, contract: Contract, address: str) -> NatsBus:
        return cls(contract, await nats.connect(f"nats://{address}"))

    async def receive(self, operations: list[str], handler: Handler) -> None:
        for operation in operations:
            await self._subscribe(operation, handler)
        await self._connection.flush()

    async def _subscribe(self, operation: str, handler: Handler) -> None:
        async def take(message: Msg) -> None:
            call_sid = self._contract.parameters_in(operation, message.subject)["callSid"]
            await handler(operation, call_sid, message.headers or {}, message.data)

        # Of all calls and all types.
        subject = self._contract.address(operation, callSid="*", type=">")
        await self._connection.subscribe(subject, cb=take)

    async def send(self, call_sid: str, headers: Headers, payload: bytes) -> None:
        subject = self._contract.address("natsSendCommand", callSid=call_sid)
        stream = self._contract.channel("natsSendCommand")["x-jetstream-stream"]
        await self._connection.jetstream().publish(subject, payload, headers=headers, stream=stream)

    async def request(self, call_sid: str, headers: Headers, payload: bytes) -> tuple[Headers, bytes] | None:
        """The answer, or None when nobody knows the call."""
        subject = self._contract.address("natsRequest", callSid=call_sid)
        try:
            answer = await self._connection.request(subject, payload, timeout=10, headers=headers)
        except NoRespondersError:
            return None
        return answer.headers or {}, answer.data

    async def close(self) -> None:
        await self._connection.close()


class KafkaBus:
    name = "kafka"

    def __init__(self, contract: Contract, address: str, producer: AIOKafkaProducer) -> None:
        self._contract = contract
        self._address = address
        self._producer = producer
        self._consumer: AIOKafkaConsumer | None = None
        self._reading: asyncio.Task[None] | None = None

    @classmethod
    async def connect(cls, contract: Contract, address: str) -> KafkaBus:
        producer = AIOKafkaProducer(bootstrap_servers=address, acks="all", enable_idempotence=True)
        await producer.start()
        return cls(contract, address, producer)

    async def receive(self, operations: list[str], handler: Handler) -> None:
        by_topic = {self._contract.address(operation): operation for operation in operations}
        consumer = AIOKafkaConsumer(*by_topic, bootstrap_servers=self._address, auto_offset_reset="latest")
        await consumer.start()
        # From now on: what is sent before the first fetch is part of it.
        await consumer.seek_to_end()

        async def read() -> None:
            async for record in consumer:
                headers = {name: value.decode() for name, value in record.headers}
                await handler(by_topic[record.topic], record.key.decode(), headers, record.value)

        self._consumer = consumer
        self._reading = asyncio.create_task(read())

    async def send(self, call_sid: str, headers: Headers, payload: bytes) -> None:
        topic = self._contract.address("kafkaSendCommand")
        encoded = [(name, value.encode()) for name, value in headers.items()]
        await self._producer.send_and_wait(topic, payload, key=call_sid.encode(), headers=encoded)

    async def close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        if self._consumer is not None:
            await self._consumer.stop()
        await self._producer.stop()
