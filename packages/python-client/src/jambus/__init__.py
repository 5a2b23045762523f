"""Drives live jambonz phone calls over the bus of jambus: one async function for each call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .calls.call import Call
from .calls.calls import Calls, Serving
from .calls.legs import AskedLeg, Leg
from .client import Client, Commands
from .contract import CommandResult, VerbHookEventData
from .errors import CallEnded, CallHandedOver, CallTimeout, CommandRejected, JambusError, VerbFailed
from .event import Event

if TYPE_CHECKING:
    from .kafka import connect_kafka
    from .nats import connect_nats

__all__ = [
    "AskedLeg",
    "Call",
    "CallEnded",
    "CallHandedOver",
    "CallTimeout",
    "Calls",
    "Client",
    "CommandRejected",
    "CommandResult",
    "Commands",
    "Event",
    "JambusError",
    "Leg",
    "Serving",
    "VerbFailed",
    "VerbHookEventData",
    "connect_kafka",
    "connect_nats",
]


def __getattr__(name: str) -> Any:
    # Each bus needs a library of its own, and the other one is not installed.
    if name == "connect_nats":
        from .nats import connect_nats

        return connect_nats
    if name == "connect_kafka":
        from .kafka import connect_kafka

        return connect_kafka
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
