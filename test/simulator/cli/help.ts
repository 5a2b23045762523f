/** What `--help` prints. */
export const HELP = `Places calls the way jambonz does, against any websocket application.

  simulate --url ws://host:port/path [options]

The simulated jambonz keeps the limits, timeouts and reconnect rules of feature-server 0.9.8 and checks
verbs as strictly: a mistake of the application rejects or ends the call, as it would a real one.

  --url URL            the application; may hold user:password@ and #rc=N&rp=4xx|5xx|ct|rt|all
  --calls N            how many calls in all (1)
  --rate R             how many begin per second (10)
  --script FILE        what callers do; without it they listen until the application hangs up
  --speed F            verbs and callers go F times faster than in reality (1)
  --from, --to NUMBER  caller and called number
  --ack-timeout MS     how long an ack may take (5000)
  --status-form FORM   verb:status as real servers send it, or as it is documented: real, documented (real)
  --no-compression     do not offer permessage-deflate
  --tracing            give every call a trace of its own, and every message a b3
  --verbose, -v        print every message of every call
  --json               print the summary as JSON
  --help, -h           this text

Ends with status 0 when every call completed, 1 when one did not, 2 for a wrong command line.
Ctrl-C hangs up all calls and prints the summary; a second one ends at once.

The script is a JSON file. All times are ms, before --speed.

  {
    "caller": [
      {"onHook": "/menu", "speech": "billing"},
      {"onVerb": "pin", "digits": "1234#", "delay": 800},
      {"onVerbFinished": "goodbye", "hangup": true},
      {"after": 60000, "hangup": true}
    ],
    "faults": [{"atMessage": 3, "do": "cut"}],
    "durations": {"say": 500, "dial": 20000}
  }

caller: each step has one trigger and one action, and optionally a delay between them.
  onHook PATH          a gather with this actionHook     with speech, digits or silence
  onVerb ID            a verb with this id or name starts; speech, digits and silence answer it if it is a gather
  onVerbFinished ID    such a verb has finished          with hangup or send
  after MS             since the call was set up         with hangup or send
  speech TEXT, digits KEYS, silence true, hangup true, send {"type", "hook", "data"}
  Steps with the same trigger are used in turn, the last one again and again.
faults: what goes wrong, at the n-th message from the application or after a time.
  {"atMessage": N} or {"after": MS}, with "do": cut (TCP), close (with "code", 1011), oversized (with "bytes"),
  garbage, binary, "second session", "stop reading", "resume reading"
durations: how long verbs take, by name. Left out: say by its text, play 3 s, pause and gather as they say, dial 10 s
  after a second of ringing; listen, conference and the like until they are ended, all others no time.
`;
