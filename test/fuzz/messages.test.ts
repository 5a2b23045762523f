import {
  asToken,
  callStatusOf,
  isJambonzMessage,
  isMessageType,
  isNotification,
  JAMBONZ_MESSAGES,
  type JambonzMessageType,
  parseJambonzMessage,
  sessionCallSid,
  verbFailure,
  verbProgress,
  wantsAck,
} from '@jambus/schema';
import * as fc from 'fast-check';
import { EVENT_EXAMPLES } from '../../packages/contract/src/examples/index.ts';
import { fuzz } from './support/fuzz.ts';
import { byteMutants, jsonMutants } from './support/mutants.ts';

const TYPES = Object.keys(JAMBONZ_MESSAGES) as JambonzMessageType[];
const texts = jsonMutants(Object.values(EVENT_EXAMPLES)).map((text) => Buffer.from(text));

fuzz(
  'a message of jambonz is read, and what it means, or said to be none',
  fc.oneof({ weight: 4, arbitrary: texts }, byteMutants(texts), fc.uint8Array({ maxLength: 200 })),
  { inputs: 5_000 },
  (payload) => {
    const parsed = parseJambonzMessage(payload);
    if (!parsed.ok) {
      expect(parsed.reason.length).toBeLessThan(100);
      return;
    }
    const { message } = parsed;
    wantsAck(message);
    isNotification(message);
    verbProgress(message);
    callStatusOf(message, 'c-1');
    expect(sessionCallSid(message)).not.toBe('');
    expect((verbFailure(message)?.detail ?? '').length).toBeLessThanOrEqual(500);
    for (const type of TYPES) isJambonzMessage(message, type);
    if (isMessageType(message.type)) expect(asToken(message.type)).not.toMatch(/[\t\n\f\r .*>\u007f\ufffd]/);
  },
);
