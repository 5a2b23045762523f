"""Connecting to the bus on NATS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..client import DEFAULT_CONNECT_WITHIN, DEFAULT_DRAIN, DEFAULT_NAME, Client, ClientParts
from ..command_desk import DEFAULT_MAX_UNDER_WAY, DEFAULT_RESULT_MARGIN, CommandDesk
from ..names import DEFAULT_PREFIX, bus_names
from ..trouble import OnTrouble, guarded
from .claims import NatsClaims
from .link import NatsLink
from .outlet import NatsOutlet
from .results import Results


async def connect_nats(
    servers: Sequence[str],
    *,
    prefix: str = DEFAULT_PREFIX,
    names: Mapping[str, str] | None = None,
    name: str = DEFAULT_NAME,
    connect_within: float = DEFAULT_CONNECT_WITHIN,
    result_margin: float = DEFAULT_RESULT_MARGIN,
    max_under_way: int = DEFAULT_MAX_UNDER_WAY,
    drain: float = DEFAULT_DRAIN,
    on_trouble: OnTrouble | None = None,
    **options: Any,
) -> Client:
    """Connects to the bus of the adapters, NATS with JetStream. All times are in seconds.

    `options` are those of `nats.connect`: `user`, `password`, `token`, `user_credentials`, `tls`. Raises JambusError
    when no server lets us in in time.
    """
    link = NatsLink(bus_names(prefix, names), guarded(on_trouble))
    await link.open([*servers], name, connect_within, options)
    desk = CommandDesk(NatsOutlet(link), result_margin, max_under_way)
    results = Results(link, desk)
    await results.follow()

    async def disconnect() -> None:
        results.close()
        await link.close()

    return Client(
        ClientParts(
            desk=desk,
            source=f"/{name}",
            claim_calls=lambda how: NatsClaims(link, how),
            on_trouble=link.on_trouble,
            drain=drain,
            disconnect=disconnect,
        )
    )
