import asyncio

import jambus


async def greet(call: jambus.Call) -> None:
    heard = await call.gather({"input": ["digits"], "numDigits": 1, "say": {"text": "Press 1 for our opening hours."}})
    if heard.get("digits") == "1":
        await call.say("We are open from nine to five.")
    await call.say("Goodbye!")


async def main() -> None:
    async with await jambus.connect_nats(servers=["nats://127.0.0.1:4222"]) as client:
        await client.calls.serve(greet, durable="greeter")


asyncio.run(main())
