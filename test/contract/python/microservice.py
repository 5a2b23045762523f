"""Drives one call through jambus, by the document alone, and tells what it saw.

    microservice.py <nats | kafka> <address of the broker> <folder with asyncapi.yaml and schemas>

Writes `ready` when it listens, and at the end one line of JSON. Ends with 1 when something did not come.
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from buses import Bus, KafkaBus, NatsBus
from contract import Contract, Headers

PATIENCE_S = 45
APPLICATION = [{"verb": "answer"}, {"verb": "say", "text": "Hello from Python"}]
SAY = [{"verb": "say", "id": "b5e39996", "text": "Hello it is me Mario"}]


class Microservice:
    def __init__(self, contract: Contract, bus: Bus) -> None:
        self._contract = contract
        self._bus = bus
        self._changed = asyncio.Condition()
        self.events: list[tuple[str, Headers, Any]] = []
        self.results: list[tuple[str, str, str | None]] = []
        self.dead_letters: list[dict[str, str]] = []
        self.faults: list[str] = []

    async def run(self) -> None:
        """One call, from the first word to the last."""
        receiving = ["ReceiveEvents", "ReceiveResults", "ReceiveDeadLetters"]
        await self._bus.receive([self._bus.name + operation for operation in receiving], self._take)
        print("ready", flush=True)

        call_sid, _, new_call = await self._event("session:new")
        await self._send("answer", call_sid, {"type": "ack", "msgid": new_call["msgid"], "data": APPLICATION})
        await self._result("answer", "delivered")

        say = {"type": "command", "command": "redirect", "queueCommand": True, "data": SAY}
        await self._send("say", call_sid, say)
        for status in ["delivered", "started", "finished"]:
            await self._result("say", status)
        _, headers, _ = await self._event("verb:status", event="finished", id="b5e39996")
        causation = self._contract.header(self._message("ReceiveEvents", "verbStatus"), "causationid")
        if headers.get(causation) != "say":
            self.faults.append(f"the event was caused by {headers.get(causation)}")

        await self._send("misspelt", call_sid, {"type": "command", "command": "redirct"}, is_right=False)
        await self._result("misspelt", "rejected")
        await self._until("the dead letter", lambda: len(self.dead_letters) == 1 or None)

        if isinstance(self._bus, NatsBus):
            await self._ask(self._bus, call_sid)
        await self._send(
            "hang-up", call_sid, {"type": "command", "command": "call:status", "data": {"call_status": "completed"}}
        )
        await self._event("call:status", call_status="completed")
        await self._result("hang-up", "delivered")

    async def _ask(self, bus: NatsBus, call_sid: str) -> None:
        """A command as a request, for this call and for one that does not exist."""
        command = {"type": "command", "command": "record", "data": {"action": "pauseCallRecording"}}
        payload = json.dumps(command).encode()
        answer = await bus.request(call_sid, self._headers("ask", 30), payload)
        if answer is None:
            self.faults.append("nobody answered")
            return
        headers, body = answer
        replies = self._contract.reply_channel("natsRequest")
        self._check(self._contract.message(replies, "result"), headers, json.loads(body))
        await self._result("ask", "delivered")
        if await bus.request("no-such-call", self._headers("ask-again", 30), payload) is not None:
            self.faults.append("somebody answered for a call that does not exist")

    def _message(self, operation: str, name: str) -> dict[str, Any]:
        return self._contract.message(self._contract.channel(self._bus.name + operation), name)

    def _headers(self, command_id: str, life_s: float) -> Headers:
        message = self._message("SendCommand", "command")
        expiry = datetime.now(timezone.utc) + timedelta(seconds=life_s)
        return {
            self._contract.correlation_header(message): command_id,
            self._contract.header(message, "expirytime"): expiry.isoformat(),
        }

    async def _send(self, command_id: str, call_sid: str, payload: dict[str, Any], is_right: bool = True) -> None:
        headers = self._headers(command_id, 30)
        if is_right:
            self._check(self._message("SendCommand", payload["type"]), headers, payload)
            self.faults += self._contract.faults_by_file("command.schema.json", payload)
        elif self._contract.faults_by_file("command.schema.json", payload) == []:
            self.faults.append("the schema takes what jambus will refuse")
        await self._bus.send(call_sid, headers, json.dumps(payload).encode())

    async def _take(self, operation: str, call_sid: str, headers: Headers, body: bytes) -> None:
        # What is raised here would be lost in the client.
        try:
            self._read(operation.removeprefix(self._bus.name), call_sid, headers, body)
        except Exception as error:
            self.faults.append(f"{operation}: {error!r}")
        async with self._changed:
            self._changed.notify_all()

    def _read(self, operation: str, call_sid: str, headers: Headers, body: bytes) -> None:
        channel = self._contract.channel(self._bus.name + operation)
        if operation == "ReceiveDeadLetters":
            message = self._contract.message(channel, "deadLetter")
            self._check(message, headers, None)
            names = ["dlreason", "dlattempts"]
            self.dead_letters.append({name: headers[self._contract.header(message, name)] for name in names})
            return
        payload = json.loads(body)
        if operation == "ReceiveResults":
            message = self._contract.message(channel, "result")
            self._check(message, headers, payload)
            self.faults += self._contract.faults_by_file("result.schema.json", payload)
            command_id = headers[self._contract.correlation_header(message)]
            self.results.append((command_id, payload["status"], payload.get("code")))
            return
        event_type = headers[self._contract.header(self._contract.message(channel, "other"), "type")]
        message = self._contract.event(channel, event_type)
        self._check(message, headers, payload)
        self.faults += self._contract.faults_by_file("event.schema.json", payload)
        if message["name"] not in (payload["type"], "other"):
            self.faults.append(f"{event_type} is {payload['type']}")
        self.events.append((call_sid, headers, payload))

    def _check(self, message: dict[str, Any], headers: Headers, payload: Any) -> None:
        self.faults += [f"{message['name']}: {fault}" for fault in self._contract.faults(message, headers, payload)]

    async def _event(self, event_type: str, **data: str) -> tuple[str, Headers, Any]:
        def find() -> tuple[str, Headers, Any] | None:
            for event in self.events:
                payload = event[2]
                if payload["type"] == event_type and data.items() <= payload["data"].items():
                    return event
            return None

        return await self._until(f"{event_type} {data}", find)

    async def _result(self, command_id: str, status: str) -> None:
        def find() -> bool | None:
            return True if any(result[:2] == (command_id, status) for result in self.results) else None

        await self._until(f"{command_id} {status}", find)

    async def _until(self, what: str, find: Any) -> Any:
        """What `find` finds, as soon as it does."""
        try:
            async with self._changed, asyncio.timeout(PATIENCE_S):
                await self._changed.wait_for(lambda: find() is not None)
        except TimeoutError:
            raise TimeoutError(f"waited in vain: {what}; {self.results}, {self.faults}") from None
        return find()


async def main(bus_name: str, address: str, folder: str) -> None:
    contract = Contract(Path(folder))
    bus: Bus = await {"nats": NatsBus, "kafka": KafkaBus}[bus_name].connect(contract, address)
    microservice = Microservice(contract, bus)
    try:
        await microservice.run()
    finally:
        await bus.close()
    seen = {
        "events": [payload["type"] for _, _, payload in microservice.events],
        "results": microservice.results,
        "deadLetters": microservice.dead_letters,
        "faults": microservice.faults,
    }
    print(json.dumps(seen), flush=True)


asyncio.run(main(*sys.argv[1:]))
