"""Commands to Kafka."""

from __future__ import annotations

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError

from ..attributes import to_headers
from ..command_desk import Publish
from ..errors import JambusError
from ..outgoing import OutgoingCommand


class KafkaOutlet:
    """What a command desk needs of Kafka."""

    def __init__(self, producer: AIOKafkaProducer, topic: str) -> None:
        self._producer = producer
        self._topic = topic

    def connected(self) -> bool:
        # The producer keeps what it is given until it has a connection.
        return True

    async def publish(self, command: OutgoingCommand) -> Publish:
        headers = [(name, value.encode()) for name, value in to_headers(command.attributes, "ce_").items()]
        key = command.call_sid.encode()
        try:
            await self._producer.send_and_wait(self._topic, command.payload, key=key, headers=headers)
        except UnknownTopicOrPartitionError as error:
            # It would wait for an adapter that may never come.
            raise JambusError("bus_unavailable", f"there is no topic {self._topic}") from error
        except KafkaError as error:
            if error.retriable:
                return Publish.UNANSWERED
            raise JambusError("bus_refused", f"publishing on {self._topic}: {error}") from error
        return Publish.STORED
