"""Where the brokers are, and how to get in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from ..names import BusNames
from ..trouble import OnTrouble

#: Stands for a broker that is not heard any more, ms.
_REQUEST_TIMEOUT_MS = 10_000


@dataclass(frozen=True)
class KafkaLink:
    """Makes the clients of the brokers."""

    brokers: list[str]
    client_id: str
    names: BusNames
    session_timeout: float
    on_trouble: OnTrouble
    #: What the brokers ask for to let somebody in.
    security: dict[str, Any] = field(default_factory=dict, repr=False)

    def producer(self) -> AIOKafkaProducer:
        """Its partitioner is that of the Java client, so all commands of a call are in one partition."""
        return AIOKafkaProducer(**self._common(), acks="all", enable_idempotence=True)

    def consumer(self, **options: Any) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(**self._common(), enable_auto_commit=False, auto_offset_reset="latest", **options)

    def admin(self) -> AIOKafkaAdminClient:
        return AIOKafkaAdminClient(**self._common())

    def _common(self) -> dict[str, Any]:
        return {
            "bootstrap_servers": self.brokers,
            "client_id": self.client_id,
            "request_timeout_ms": _REQUEST_TIMEOUT_MS,
            **self.security,
        }
