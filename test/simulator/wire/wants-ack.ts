/** What jambonz says without waiting for an ack (jambonz feature-server 0.9.8); everything else wants one. */
const WITHOUT_ACK: ReadonlySet<string> = new Set([
  'call:status',
  'verb:status',
  'jambonz:error',
  'llm:event',
  'llm:tool-call',
  'agent:event',
  'agent:tool-call',
  'tts:tokens-result',
  'tts:streaming-event',
]);

/** Whether jambonz waits for the server to acknowledge a message of this type. */
export function wantsAck(type: string): boolean {
  return !WITHOUT_ACK.has(type);
}
