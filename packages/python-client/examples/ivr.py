"""Takes orders by phone: a menu, orders, somebody to talk to, and a room for parties.

python ivr.py nats nats://127.0.0.1:4222 [prefix of the subjects]
python ivr.py kafka 127.0.0.1:9092 [prefix of the topics]
"""

import asyncio
import signal
import sys

import jambus

ONE_KEY = {"input": ["digits"], "numDigits": 1}
AGENT = {"target": [{"type": "phone", "number": "+15550100"}], "timeout": 20, "answerOnBridge": True}


async def ivr(call: jambus.Call) -> None:
    tell(call, f"{call.from_ or 'somebody'} calls{', and was served before' if call.resumed else ''}")
    heard = await call.gather({**ONE_KEY, "say": {"text": "Welcome to Mario's!"}})
    if heard.get("digits") == "3":
        await call.run({"verb": "conference", "name": "tasting"})
    elif heard.get("digits") == "2":
        await talk(call)
    else:
        await take_order(call)


async def take_order(call: jambus.Call) -> None:
    heard = await call.gather({"input": ["speech"], "say": {"text": "What would you like?"}})
    alternatives = heard.get("speech", {}).get("alternatives", [])
    order = alternatives[0].get("transcript") if alternatives else None
    tell(call, f"orders {order or 'nothing that could be understood'}")
    await call.say("Please call again." if order is None else f"{order}? Coming up!")


async def talk(call: jambus.Call) -> None:
    recording = {"action": "startCallRecording", "recordingID": call.call_sid}
    await call.command({"type": "command", "command": "record", "data": recording})

    async def confirm(leg: jambus.AskedLeg) -> bool:
        heard = await leg.gather({**ONE_KEY, "say": {"text": "A guest. Press 1 to talk."}})
        return heard.get("digits") == "1"

    async def on_answer(leg: jambus.Leg) -> None:
        await leg.whisper("This call is recorded.")

    status = (await call.dial(AGENT, confirm=confirm, on_answer=on_answer)).get("dial_call_status")
    tell(call, f"talked: {status}")
    await call.say("Goodbye!" if status == "completed" else "Nobody is free. We call you back.")


def tell(call: jambus.Call, line: str) -> None:
    print(call.call_sid, line, flush=True)


async def main(bus: str, address: str, prefix: str = "jambonz") -> None:
    """Serves calls until it is told to stop, as one of any number of processes."""
    if bus == "nats":
        client = await jambus.connect_nats(servers=[address], prefix=prefix, name="ivr")
    else:
        client = await jambus.connect_kafka(brokers=[address], prefix=prefix, client_id="ivr")
    async with client:
        serving = client.calls.serve(ivr, durable="ivr", application="/ivr")
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, serving.end)
        await serving.ready()
        print("serving calls of", address, flush=True)
        await serving


asyncio.run(main(*sys.argv[1:]))
