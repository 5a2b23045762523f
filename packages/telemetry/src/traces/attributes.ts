/**
 * Names of span attributes, each in one place: those of OpenTelemetry's semantic conventions that are not final yet (its package
 * advises against depending on them), and ours.
 * https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
 */
export const ATTRIBUTE = {
  messagingSystem: 'messaging.system',
  /** One of a few words: `receive`, `process`, `send`. */
  operationType: 'messaging.operation.type',
  /** The same in the words of the system. */
  operationName: 'messaging.operation.name',
  /** The channel. Never a subject with a call in it: there would be as many as there are calls. */
  destination: 'messaging.destination.name',
  partition: 'messaging.destination.partition.id',
  messageId: 'messaging.message.id',
  bodySize: 'messaging.message.body.size',
  batchSize: 'messaging.batch.message_count',
  protocol: 'network.protocol.name',
  callSid: 'jambus.call_sid',
  /** Type of a jambonz message: `verb:status`. */
  messageType: 'jambus.message.type',
  command: 'jambus.command',
  commandId: 'jambus.command.id',
  /** `delivered`, or the code of the rejection. */
  outcome: 'jambus.outcome',
  sequence: 'jambus.sequence',
  epoch: 'jambus.epoch',
  application: 'jambus.application',
  gateway: 'jambus.gateway.id',
} as const;
