import { type Static, Type } from '@sinclair/typebox';
import { CLOSED, commandSchema, ENVELOPE } from './command.ts';

export const LlmToolOutputCommand = Type.Object(
  {
    type: Type.Literal('command'),
    command: Type.Literal('llm:tool-output'),
    ...ENVELOPE,
    tool_call_id: Type.String({ minLength: 1 }),
    data: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  },
  {
    ...CLOSED,
    description: "The outcome of a tool that the model called; `data` is what the model's vendor wants to see",
  },
);
export type LlmToolOutputCommand = Static<typeof LlmToolOutputCommand>;

export const LlmUpdateCommand = commandSchema(
  'llm:update',
  "A message to the running model, in its vendor's form",
  Type.Record(Type.String(), Type.Unknown(), { minProperties: 1 }),
);
export type LlmUpdateCommand = Static<typeof LlmUpdateCommand>;

export const LlmStatusCommand = commandSchema(
  'llm:status',
  'Moves the running model into a room; newer servers',
  Type.Object({ llm_status: Type.Literal('move-to-room'), room: Type.String({ minLength: 1 }) }, CLOSED),
);
export type LlmStatusCommand = Static<typeof LlmStatusCommand>;

export const TtsTokensCommand = commandSchema(
  'tts:tokens',
  'Text for the streaming voice; answered by `tts:tokens-result` with the same id',
  Type.Object({ id: Type.Union([Type.Number(), Type.String()]), tokens: Type.String() }, CLOSED),
);
export type TtsTokensCommand = Static<typeof TtsTokensCommand>;

export const TtsFlushCommand = commandSchema(
  'tts:flush',
  'The text sent so far is complete: speak all of it',
  Type.Optional(Type.Unknown()),
);
export type TtsFlushCommand = Static<typeof TtsFlushCommand>;

export const TtsClearCommand = commandSchema(
  'tts:clear',
  'Forget the text that has not been spoken yet',
  Type.Optional(Type.Unknown()),
);
export type TtsClearCommand = Static<typeof TtsClearCommand>;

const LlmMessage = Type.Object({ role: Type.String(), content: Type.Unknown() });

export const AgentUpdateCommand = commandSchema(
  'agent:update',
  'Changes a running `agent`; newer servers',
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

export const SttReconfigureCommand = commandSchema(
  'stt:reconfigure',
  'Other languages for the running recognizer, none for all of them; newer servers',
  Type.Object({ languageHints: Type.Array(Type.String()) }, CLOSED),
);
export type SttReconfigureCommand = Static<typeof SttReconfigureCommand>;
