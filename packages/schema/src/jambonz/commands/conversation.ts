import { type Static, Type } from '@sinclair/typebox';
import { CLOSED, commandSchema, ENVELOPE } from './command.ts';

/** The outcome of a tool that the model called; `data` is what the model's vendor wants to see. */
export const LlmToolOutputCommand = Type.Object(
  {
    type: Type.Literal('command'),
    command: Type.Literal('llm:tool-output'),
    ...ENVELOPE,
    tool_call_id: Type.String({ minLength: 1 }),
    data: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  },
  CLOSED,
);
export type LlmToolOutputCommand = Static<typeof LlmToolOutputCommand>;

/** A message to the running model, in its vendor's form. */
export const LlmUpdateCommand = commandSchema(
  'llm:update',
  Type.Record(Type.String(), Type.Unknown(), { minProperties: 1 }),
);
export type LlmUpdateCommand = Static<typeof LlmUpdateCommand>;

/** Text for the streaming voice; answered by `tts:tokens-result` with the same id. */
export const TtsTokensCommand = commandSchema(
  'tts:tokens',
  Type.Object({ id: Type.Number(), tokens: Type.String() }, CLOSED),
);
export type TtsTokensCommand = Static<typeof TtsTokensCommand>;

/** The text sent so far is complete: speak all of it. */
export const TtsFlushCommand = commandSchema('tts:flush', Type.Optional(Type.Unknown()));
export type TtsFlushCommand = Static<typeof TtsFlushCommand>;

/** Forget the text that has not been spoken yet. */
export const TtsClearCommand = commandSchema('tts:clear', Type.Optional(Type.Unknown()));
export type TtsClearCommand = Static<typeof TtsClearCommand>;

const LlmMessage = Type.Object({ role: Type.String(), content: Type.Unknown() });

/** Changes a running `agent`; newer servers. */
export const AgentUpdateCommand = commandSchema(
  'agent:update',
  Type.Union([
    Type.Object({ type: Type.Literal('update_instructions'), instructions: Type.String() }, CLOSED),
    Type.Object({ type: Type.Literal('inject_context'), messages: Type.Array(LlmMessage) }, CLOSED),
    Type.Object({ type: Type.Literal('update_tools'), tools: Type.Array(Type.Unknown()) }, CLOSED),
    Type.Object(
      {
        type: Type.Literal('generate_reply'),
        user_input: Type.Optional(Type.String()),
        instructions: Type.Optional(Type.String()),
        interrupt: Type.Optional(Type.Boolean()),
      },
      CLOSED,
    ),
  ]),
);
export type AgentUpdateCommand = Static<typeof AgentUpdateCommand>;

/** Other languages for the running recognizer, none for all of them; newer servers. */
export const SttReconfigureCommand = commandSchema(
  'stt:reconfigure',
  Type.Object({ languageHints: Type.Array(Type.String()) }, CLOSED),
);
export type SttReconfigureCommand = Static<typeof SttReconfigureCommand>;
