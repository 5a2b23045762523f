"""Connecting to the bus on Kafka."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

from ..client import DEFAULT_CONNECT_WITHIN, DEFAULT_DRAIN, DEFAULT_NAME, Client, ClientParts
from ..command_desk import DEFAULT_MAX_UNDER_WAY, DEFAULT_RESULT_MARGIN, CommandDesk
from ..errors import JambusError
from ..names import DEFAULT_PREFIX, bus_names
from ..trouble import OnTrouble, as_jambus_error, guarded
from .claims import KafkaClaims
from .link import KafkaLink
from .outlet import KafkaOutlet
from .results import Results

DEFAULT_SESSION_TIMEOUT = 6.0
_AGAIN_AFTER = 0.2


async def connect_kafka(
    brokers: Sequence[str],
    *,
    prefix: str = DEFAULT_PREFIX,
    names: Mapping[str, str] | None = None,
    client_id: str = DEFAULT_NAME,
    connect_within: float = DEFAULT_CONNECT_WITHIN,
    result_margin: float = DEFAULT_RESULT_MARGIN,
    max_under_way: int = DEFAULT_MAX_UNDER_WAY,
    drain: float = DEFAULT_DRAIN,
    session_timeout: float = DEFAULT_SESSION_TIMEOUT,
    on_trouble: OnTrouble | None = None,
    **security: Any,
) -> Client:
    """Connects to the bus of the adapters, Kafka. All times are in seconds.

    `security` are the options of `aiokafka` for that: `security_protocol`, `ssl_context`, `sasl_mechanism` and others.
    `session_timeout` is how long the calls of a process that has died wait; brokers take no less than 6 s unless told
    otherwise. Raises JambusError when the cluster does not let us in in time, or has no topics of jambus.
    """
    link = KafkaLink([*brokers], client_id, bus_names(prefix, names), session_timeout, guarded(on_trouble), security)
    await _wait_for_topics(link, time.monotonic() + connect_within)
    producer = link.producer()
    desk = CommandDesk(KafkaOutlet(producer, link.names.commands), result_margin, max_under_way)
    results = Results(link, desk)

    async def disconnect() -> None:
        await results.close()
        await producer.stop()

    try:
        await producer.start()
        await results.follow()
    except Exception as error:
        await disconnect()
        raise as_jambus_error(error, f"connecting to {', '.join(brokers)}") from error
    return Client(
        ClientParts(
            desk=desk,
            source=f"/{client_id}",
            claim_calls=lambda how: KafkaClaims(link, how),
            on_trouble=link.on_trouble,
            drain=drain,
            disconnect=disconnect,
        )
    )


async def _wait_for_topics(link: KafkaLink, until: float) -> None:
    """The adapters make the topics."""
    wanted = {link.names.commands, link.names.events, link.names.results}
    while True:
        try:
            missing = wanted - await _topics(link)
            if not missing:
                return
            failure = JambusError("bus_unavailable", f"there is no topic {min(missing)}: no adapter has been here yet")
        except Exception as error:
            failure = as_jambus_error(error, f"connecting to {', '.join(link.brokers)}")
        if time.monotonic() >= until:
            raise failure
        await asyncio.sleep(_AGAIN_AFTER)


async def _topics(link: KafkaLink) -> set[str]:
    admin = link.admin()
    try:
        await admin.start()
        return set(await admin.list_topics())
    finally:
        await admin.close()
