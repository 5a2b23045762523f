import { SCENARIOS } from '../scenarios/index.ts';

const NAME_WIDTH = 22;

function scenarioLines(): string {
  return SCENARIOS.map(({ name, summary }) => `  ${name.padEnd(NAME_WIDTH)}${summary}`).join('\n');
}

/** What `--help` prints. */
export const HELP = `Places calls the way jambonz does, against any websocket application.

  simulate --url ws://host:port/path [options]

The simulated jambonz keeps the limits, timeouts and reconnect rules of feature-server 0.9.8 and checks
verbs as strictly: a mistake of the application rejects or ends the call, as it would a real one.

  --url URL            the application; may hold user:password@ and #rc=N&rp=4xx|5xx|ct|rt|all
  --calls N            how many calls in all (1)
  --rate R             how many begin per second (10)
  --script FILE        what callers do; without it they listen until the application hangs up
  --scenario NAME      plays one of the scenarios below once, instead of many calls
  --own-verbs          the scenario's call executes verbs of its own in place of the server's initial application
  --patience MS        when the caller of a scenario has had enough (30000)
  --speed F            verbs and callers go F times faster than in reality (1)
  --from, --to NUMBER  caller and called number
  --ack-timeout MS     how long an ack may take (5000)
  --status-form FORM   verb:status as real servers send it, or as it is documented: real, documented (real)
  --no-compression     do not offer permessage-deflate
  --tracing            give every call a trace of its own, and every message a b3
  --verbose, -v        print every message of every call
  --json               print the summary as JSON
  --help, -h           this text

Ends with status 0 when every call completed, or ended as its scenario should; 1 when one did not, 2 for a wrong
command line.
Ctrl-C hangs up all calls and prints the summary; a second one ends at once.

Scenarios, each a kind of call that jambonz makes. What the server answers decides how it goes on:

${scenarioLines()}

The script is a JSON file. All times are ms, before --speed.

  {
    "caller": [
      {"onHook": "/menu", "speech": "billing"},
      {"onVerb": "pin", "digits": "1234#", "delay": 800},
      {"onVerbFinished": "goodbye", "hangup": true},
      {"after": 60000, "hangup": true}
    ],
    "callee": {"answer": "answer", "ring": 1000, "hangup": 60000},
    "faults": [{"atMessage": 3, "do": "cut"}],
    "failures": {"greet": "TTS vendor google error"},
    "durations": {"say": 500, "dial": 20000}
  }

caller: each step has one trigger and one action, and optionally a delay between them.
  onHook PATH          a gather with this actionHook     with speech, digits or silence
  onVerb ID            a verb with this id or name starts; speech, digits and silence answer it if it is a gather
  onVerbFinished ID    such a verb has finished          with hangup or send
  after MS             since the call was set up         with hangup or send
  speech TEXT, digits KEYS, silence true, hangup true, send {"type", "hook", "data"}
  In a dial: hold and unhold "caller" or "callee" (who does it), refer {"by": "caller" or "callee", "to": NUMBER}
  Steps with the same trigger are used in turn, the last one again and again. They also answer gathers that are played
  to a callee (confirmHook).
callee: those who are dialled, and whom an outbound call is for; answer, busy, no answer or failed.
failures: verbs that fail, by id or name, and what jambonz says about it (jambonz:error).
faults: what goes wrong, at the n-th message from the application or after a time.
  {"atMessage": N} or {"after": MS}, with "do": cut (TCP), close (with "code", 1011), oversized (with "bytes"),
  garbage, binary, "second session", deaf (what comes is lost), "stop reading", "resume reading"
durations: how long verbs take, by name. Left out: say by its text, play 3 s, pause and gather as they say, dial 10 s
  after a second of ringing; listen, conference and the like until they are ended, all others no time.
`;
