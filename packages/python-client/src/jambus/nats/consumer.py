"""The consumer that all processes of a durable name share."""

from __future__ import annotations

from nats.js.api import AckPolicy, ConsumerConfig, ConsumerInfo, DeliverPolicy
from nats.js.errors import NotFoundError

from ..errors import JambusError
from ..trouble import as_jambus_error
from .link import NatsLink

#: How long a process may keep a call without a sign of life before another gets it, seconds.
ACK_WAIT = 5.0
#: Calls of all processes together are bounded by what each can take.
_UNLIMITED = -1


async def open_consumer(link: NatsLink, stream: str, name: str, subject: str) -> float:
    """Finds the consumer, or makes it. Returns how long the server waits for a sign of life, seconds."""
    try:
        info = await _info_of(link, stream, name) or await _add(link, stream, name, subject)
        fault = _fault_of(info, subject)
        if fault is None and (info.config.ack_wait or ACK_WAIT) > ACK_WAIT:
            info.config.ack_wait = ACK_WAIT
            info = await link.js.add_consumer(stream, info.config)
    except Exception as error:
        raise as_jambus_error(error, f"opening consumer {name}") from error
    if fault is not None:
        raise JambusError("bad_config", f"NATS consumer {name} of {stream} cannot be used: {fault}")
    return info.config.ack_wait or ACK_WAIT


async def _info_of(link: NatsLink, stream: str, name: str) -> ConsumerInfo | None:
    try:
        found: ConsumerInfo = await link.js.consumer_info(stream, name)
        return found
    except NotFoundError:
        return None


async def _add(link: NatsLink, stream: str, name: str, subject: str) -> ConsumerInfo:
    config = ConsumerConfig(
        durable_name=name,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=ACK_WAIT,
        deliver_policy=DeliverPolicy.NEW,
        filter_subject=subject,
        max_ack_pending=_UNLIMITED,
    )
    return await link.js.add_consumer(stream, config)


def _fault_of(info: ConsumerInfo, subject: str) -> str | None:
    """A server changes a consumer that is added with another filter, under the feet of its users. So we look first."""
    config = info.config
    if config.filter_subject != subject:
        return f"it reads {config.filter_subject}, not {subject}; take another name"
    if config.ack_policy != AckPolicy.EXPLICIT:
        return "its acknowledgements are not explicit"
    return "it pushes" if config.deliver_subject else None
