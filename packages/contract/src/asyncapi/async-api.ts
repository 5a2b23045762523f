import type { JsonSchema } from '../json-schema/json-schema.ts';
import type { Question } from './questions.ts';

/*
 * As much of AsyncAPI 3.0 as the contract needs. https://www.asyncapi.com/docs/reference/specification/v3.0.0
 */

export interface Reference {
  readonly $ref: string;
}

export interface Server {
  readonly host: string;
  readonly protocol: string;
  readonly title: string;
  readonly description: string;
  readonly variables?: Readonly<Record<string, { readonly default: string; readonly description: string }>>;
  readonly security: readonly Reference[];
}

export interface MessageExample {
  readonly name: string;
  readonly summary: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: unknown;
}

export interface MessageTrait {
  readonly contentType?: string;
  readonly headers?: Reference;
  readonly correlationId?: Reference;
  readonly bindings?: JsonSchema;
}

export interface Message extends MessageTrait {
  readonly name: string;
  readonly title: string;
  readonly summary?: string;
  readonly payload?: JsonSchema;
  readonly traits?: readonly Reference[];
  readonly examples?: readonly MessageExample[];
  /** On events: the attribute `type`. */
  readonly 'x-cloudevents-type'?: string;
}

export interface Parameter {
  readonly description: string;
  readonly examples: readonly string[];
}

export interface Channel {
  /** Null: known only when a request is made. */
  readonly address: string | null;
  readonly title: string;
  readonly description: string;
  readonly servers: readonly Reference[];
  readonly parameters?: Readonly<Record<string, Reference>>;
  readonly messages: Readonly<Record<string, Message | Reference>>;
  readonly bindings?: JsonSchema;
  /** On NATS: the stream of JetStream that keeps what is published here. */
  readonly 'x-jetstream-stream'?: string;
}

export interface Operation {
  readonly action: 'send' | 'receive';
  readonly channel: Reference;
  readonly title: string;
  readonly description: string;
  readonly reply?: { readonly channel: Reference };
}

export interface AsyncApiDocument {
  readonly asyncapi: '3.0.0';
  /** What an `ack` to a message of jambonz means, by the type of the message and by the hook that it is sent for. */
  readonly 'x-jambonz-questions': { readonly byMessage: readonly Question[]; readonly byHook: readonly Question[] };
  readonly info: {
    readonly title: string;
    readonly version: string;
    readonly description: string;
    readonly license: { readonly name: string };
  };
  readonly defaultContentType: string;
  readonly servers: Readonly<Record<string, Server>>;
  readonly channels: Readonly<Record<string, Channel>>;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly components: {
    readonly parameters: Readonly<Record<string, Parameter>>;
    readonly correlationIds: Readonly<Record<string, { readonly description: string; readonly location: string }>>;
    readonly messageTraits: Readonly<Record<string, MessageTrait>>;
    readonly securitySchemes: Readonly<Record<string, JsonSchema>>;
    readonly schemas: Readonly<Record<string, JsonSchema>>;
  };
}

/** A reference to `#/<path>`. */
export function ref(...path: readonly string[]): Reference {
  return { $ref: `#/${path.join('/')}` };
}
