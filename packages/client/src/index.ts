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
  AskedLeg,
  Call,
  Calls,
  DialLegs,
  HookData,
  Leg,
  ServeOptions,
  Serving,
  VerbOptions,
  WaitOptions,
} from './calls/calls.ts';
export { CallEnded, CallHandedOver, CallTimeout, CommandRejected, VerbFailed } from './calls/errors.ts';
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
