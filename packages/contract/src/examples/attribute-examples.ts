import {
  type CommandAttributes,
  type CommandResult,
  cloudEventsType,
  type DeadLetterAttributes,
  type EventAttributes,
  type PartitionAttributes,
  type RequestError,
  type ResultAttributes,
} from '@jambus/schema';
import { CALL_SID, TIME, VERB_ID } from './call.ts';

/** A command made in answer to an event, by its id. */
const COMMAND_ID = `${CALL_SID}/1/5`;

export const COMMAND_ATTRIBUTES_EXAMPLE: CommandAttributes = {
  id: COMMAND_ID,
  expirytime: '2026-01-31T12:00:05.000Z',
};

export const EVENT_ATTRIBUTES_EXAMPLE: EventAttributes = {
  specversion: '1.0',
  id: `${CALL_SID}/1/7`,
  type: cloudEventsType('verb:status'),
  source: '/jambus/gateway-1',
  subject: CALL_SID,
  time: TIME,
  sequence: '7',
  epoch: '1',
  application: '/ivr',
  causationid: COMMAND_ID,
  'content-type': 'application/json',
};

export const RESULT_ATTRIBUTES_EXAMPLE: ResultAttributes = {
  specversion: '1.0',
  id: 'result/3/42',
  type: 'jambus.command.delivered',
  source: '/jambus',
  subject: CALL_SID,
  time: TIME,
  causationid: COMMAND_ID,
  'content-type': 'application/json',
};

export const PARTITION_EXAMPLE: PartitionAttributes = { partitionkey: CALL_SID };

export const DEAD_LETTER_ATTRIBUTES_EXAMPLE: DeadLetterAttributes = {
  dlreason: 'invalid',
  dldetail: '$.data[0].txt: "say" has no property "txt" here; did you mean "text"?',
  dlorigin: 'jambonz.commands/3/42',
  dlattempts: '1',
  dltime: TIME,
};

export const REQUEST_ERROR_EXAMPLE: RequestError = {
  'Nats-Service-Error': 'there is no connection to NATS',
  'Nats-Service-Error-Code': '503',
};

/** What a command can come to. */
export const RESULT_EXAMPLES: readonly CommandResult[] = [
  { commandId: COMMAND_ID, callSid: CALL_SID, status: 'delivered', at: TIME },
  {
    commandId: COMMAND_ID,
    callSid: CALL_SID,
    status: 'rejected',
    code: 'invalid',
    detail: '$.data[0].txt: "say" has no property "txt" here; did you mean "text"?',
    at: TIME,
  },
  { commandId: COMMAND_ID, callSid: CALL_SID, status: 'finished', verbId: VERB_ID, at: TIME },
];
