export {
  type CommandName,
  type CommandResult,
  type ErrorCode,
  type FlatVerb,
  type JambonzAck,
  type JambonzCommand,
  type JambonzCommandOf,
  type JambonzMessage,
  type JambonzMessageOf,
  type JambonzMessageType,
  JambusError,
  type KeyedVerb,
  type RejectionCode,
  type ResultStatus,
  type Verb,
} from '@jambus/schema';
export type {
  AckSender,
  CommandSender,
  EventOptions,
  Events,
  JambusClient,
  ResultOptions,
  Results,
  SendOptions,
  Subscription,
} from './client.ts';
export type { EventContext, EventFor, JambusEvent, JambusEventOf, OtherEvent } from './event.ts';
