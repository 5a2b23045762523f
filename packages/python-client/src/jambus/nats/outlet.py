"""Commands to JetStream."""

from __future__ import annotations

from nats.errors import NoRespondersError
from nats.js.errors import APIError, NoStreamResponseError, ServiceUnavailableError

from ..attributes import to_headers
from ..command_desk import Publish
from ..errors import JambusError
from ..outgoing import OutgoingCommand
from .link import NatsLink

#: How long the stream may take to confirm, seconds.
_CONFIRM_WITHIN = 5.0


class NatsOutlet:
    """What a command desk needs of NATS."""

    def __init__(self, link: NatsLink) -> None:
        self._link = link

    def connected(self) -> bool:
        # What the client is given without a connection it keeps for the next one, or drops, as it happens.
        return self._link.connected

    async def publish(self, command: OutgoingCommand) -> Publish:
        subject = f"{self._link.names.commands}.{command.call_sid}"
        headers = to_headers(command.attributes, "ce-")
        # An id is the key of one call, and the stream looks for it in all of them.
        headers["Nats-Msg-Id"] = f"{command.call_sid}/{command.id}"
        try:
            ack = await self._link.js.publish(subject, command.payload, timeout=_CONFIRM_WITHIN, headers=headers)
        except (NoStreamResponseError, NoRespondersError, ServiceUnavailableError) as error:
            raise JambusError("bus_unavailable", f"publishing on {subject}: {error}") from error
        except APIError as error:
            raise JambusError("bus_refused", f"publishing on {subject}: {error.description}") from error
        except Exception:
            return Publish.UNANSWERED
        return Publish.DUPLICATE if ack.duplicate else Publish.STORED
