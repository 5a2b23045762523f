import { CALL_SID_FORM } from '@jambus/schema';

/* What is the same on both buses, and said once. */

export const COMMANDS =
  'Commands for one call, in the order in which they are to reach it. A body without headers is enough.';

export const EVENTS = 'What one call has to say, in the order in which it said it, byte for byte as jambonz sent it.';

export const RESULTS = 'What became of the commands for one call.';

export const DEAD_LETTERS = 'Records of the commands channel that are no commands, for people to look at.';

export const QUESTIONS = `jambonz waits up to 5 s for the answer to some of its messages. An \`ack\` with the \`msgid\` of the message
answers it, and its verbs mean what the message asks for. jambus waits for that where an empty answer does harm, and answers by itself
when time is up. \`JAMBUS_HOOK_POLICY\` changes what is awaited, by hook.`;

/** What one service can do to others, and what keeps it from that, as CommonMark. */
const TRUST = `**What a publisher may do.** The bus is what lets a publisher in, and its names are all that it is judged by: who may
publish below \`jambonz.commands\` can command every call of that prefix, answer its hooks and hang it up, and who may read
\`jambonz.events\` hears every one. Attributes such as \`source\` prove nothing. So

- applications that are not to reach each other's calls get a prefix each: \`JAMBUS_APPLICATIONS\` of the gateways gives each
  websocket path its prefix, and the broker gives each service rights for the names with its own
  (\`deploy/nats/jambonz.conf\`, \`deploy/kafka/acls.sh\`);
- \`JAMBUS_ALLOW_COMMANDS\` of the adapters of a prefix says which commands may be sent there at all. Others are rejected with
  \`unauthorized\`. A \`redirect\` or \`ack\` brings whatever verbs it likes, \`dial\` among them: who must not dial out must not
  be allowed these either;
- what a publisher gets wrong, on purpose or not, is its own loss. A record that is no command is in the dead letters at once, as far
  as it fits; it takes nothing from the commands of other calls.`;

/** The text in front of everything, as CommonMark. */
export const INTRODUCTION = `How a microservice drives calls of jambonz over a message bus: it sends commands, and receives events and
results. This document is written from its side, for NATS and for Kafka. In TypeScript and JavaScript \`@jambus/client\` does what follows
from it, and a call is a function: \`client.calls.serve({ durable: 'ivr' }, async (call) => { await call.say('Hello'); })\`.

- The **address** of everything is the \`call_sid\` of the call: a token of the subject on NATS, the key of the record on Kafka. It
  has ${CALL_SID_FORM}; what else a record is addressed to is no call.
- The **payload** is the JSON of jambonz itself, unchanged. What is about it travels beside it, as attributes of
  CloudEvents 1.0 in binary mode: headers \`ce-…\` on NATS, \`ce_…\` on Kafka. A publisher may leave all of them out. One that
  is nearly one of them (\`ce-expiry\`) has no effect; the \`detail\` of the result says so.
- **Order**: commands of one call reach it in the order of the bus, and its events come in the order in which they happened.
- **At least once**: what comes twice has the same \`id\`. A command that is sent twice with one \`id\` has one effect.
- Every command gets **exactly one** result that is \`delivered\` or \`rejected\`. \`delivered\` means written to the websocket
  of the call. jambonz never confirms a command: give a verb an \`id\` to hear when it starts and finishes.
- A call begins with \`session:new\`. Answer it with an \`ack\` that carries verbs, or send a \`redirect\`; who takes longer than
  some seconds finds the call waiting, and can still send commands.

Every name begins with \`jambonz\` unless jambus was started with another \`JAMBUS_PREFIX\`. Fields that are not named in a schema
of an event occur: a newer server says more, and it is passed on.

Limits are in bytes, of UTF-8 for texts. What is larger than the broker takes comes in part, and says so: in the place of an event
comes \`jambus:omitted\`, and a dead letter has \`dlomitted\` and \`dlleftout\`.

${TRUST}`;
