"""A client of the generated models, in Python: reads each example of an event and tells what it found."""

import json
import sys

from event_schema import Event, VerbHookEvent, VerbHookEventData

found = {}
for example in json.load(sys.stdin):
    event = Event.model_validate(example).root
    found[example["type"]] = type(event).__name__
    if isinstance(event, VerbHookEvent):
        data: VerbHookEventData = event.data
        found["transcript"] = data.speech.alternatives[0].transcript
        found["digits"] = data.digits
        found["dial_call_status"] = data.dial_call_status
print(json.dumps(found))
