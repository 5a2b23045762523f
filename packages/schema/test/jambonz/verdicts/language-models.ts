import { EVERYWHERE, NOWHERE, ONLY_NEWER, ONLY_OLD, type Row, rows } from './rows.ts';

const KEY = { apiKey: 'k' };
const THINK = { provider: { type: 'open_ai', model: 'gpt-4o-mini' } };

/** Data that the constructor of each vendor takes, in lib/tasks/llm/llms/. */
const COMPLETE = {
  openai: { auth: KEY, llmOptions: { response_create: {} } },
  microsoft: { auth: KEY, connectOptions: { host: 'a.example.com' }, llmOptions: { response_create: {} } },
  deepgram: { auth: KEY, llmOptions: { Settings: { agent: { think: THINK } } } },
  voiceagent: { auth: KEY, llmOptions: { Settings: { agent: { think: THINK } } } },
  ultravox: { auth: KEY, llmOptions: {} },
  elevenlabs: { auth: { agent_id: 'a' }, llmOptions: {} },
  google: { auth: KEY, llmOptions: { setup: {} } },
} as const;
type Vendor = keyof typeof COMPLETE;
const VENDORS = Object.keys(COMPLETE) as Vendor[];

/** What each vendor's constructor refuses; the schema of `llm` leaves all of it open. */
const INCOMPLETE: Readonly<Record<Vendor, readonly Row[2][]>> = {
  openai: [
    { llmOptions: { response_create: {} } },
    { auth: {}, llmOptions: { response_create: {} } },
    { auth: { apiKey: '' }, llmOptions: { response_create: {} } },
    { auth: KEY, llmOptions: {} },
    { auth: KEY, llmOptions: { response_create: 'hi' } },
  ],
  microsoft: [
    { auth: KEY, llmOptions: { response_create: {} } },
    { auth: KEY, connectOptions: {}, llmOptions: { response_create: {} } },
    { connectOptions: { host: 'a' }, llmOptions: { response_create: {} } },
    { auth: KEY, connectOptions: { host: 'a' }, llmOptions: {} },
  ],
  deepgram: [
    { llmOptions: { Settings: { agent: { think: THINK } } } },
    { auth: KEY, llmOptions: {} },
    { auth: KEY, llmOptions: { Settings: {} } },
    { auth: KEY, llmOptions: { Settings: { agent: null } } },
  ],
  voiceagent: [{ auth: KEY, llmOptions: { Settings: {} } }, { llmOptions: {} }],
  ultravox: [{ llmOptions: {} }, { auth: { key: 'k' }, llmOptions: {} }],
  elevenlabs: [],
  google: [{ llmOptions: { setup: {} } }, { auth: KEY, llmOptions: {} }, { auth: KEY, llmOptions: { setup: 'a' } }],
};

/** Aliases that have a schema of their own, so that newer servers hold the alias to its vendor. */
const WITH_SCHEMA: readonly Vendor[] = ['openai', 'deepgram', 'ultravox', 'elevenlabs', 'google'];

export const LANGUAGE_MODELS: readonly Row[] = [
  ...VENDORS.flatMap((vendor) => [
    ...rows(EVERYWHERE, 'llm', { vendor, ...COMPLETE[vendor] }, { vendor, model: 'm', ...COMPLETE[vendor] }),
    ...rows(EVERYWHERE, 's2s', { vendor, ...COMPLETE[vendor] }),
    ...rows(
      EVERYWHERE,
      `${vendor}_s2s`,
      COMPLETE[vendor],
      { vendor, ...COMPLETE[vendor] },
      { id: 'x', ...COMPLETE[vendor] },
    ),
    ...INCOMPLETE[vendor].flatMap((data) => [
      ...rows(ONLY_NEWER, 'llm', { vendor, ...data }),
      ...rows(ONLY_NEWER, 's2s', { vendor, ...data }),
      ...rows(ONLY_NEWER, `${vendor}_s2s`, data),
    ]),
    ...rows(NOWHERE, `${vendor}_s2s`, { ...COMPLETE[vendor], llmOptons: {} }, { ...COMPLETE[vendor], llmOptions: 'a' }),
  ]),
  ...WITH_SCHEMA.flatMap((alias) =>
    VENDORS.filter((vendor) => vendor !== alias).flatMap((vendor) =>
      rows(ONLY_OLD, `${alias}_s2s`, { vendor, ...COMPLETE[vendor] }),
    ),
  ),
  ...rows(EVERYWHERE, 'microsoft_s2s', { vendor: 'openai', ...COMPLETE.openai }),
  ...rows(EVERYWHERE, 'voiceagent_s2s', { vendor: 'google', ...COMPLETE.google }),
  // elevenlabs: the schema of the alias asks for the agent too, and for no options
  ...rows(
    ONLY_NEWER,
    'llm',
    { vendor: 'elevenlabs', auth: KEY, llmOptions: {} },
    { vendor: 'elevenlabs', llmOptions: {} },
  ),
  ...rows(ONLY_NEWER, 'elevenlabs_s2s', { auth: { agent_id: 'a' } }),
  // Vendors that 0.9.8 does not have
  ...rows(ONLY_NEWER, 'llm', { vendor: 'x', auth: KEY, llmOptions: {} }, { vendor: '', auth: KEY, llmOptions: {} }),
  ...rows(
    ONLY_NEWER,
    'llm',
    { vendor: 'OpenAI', ...COMPLETE.openai },
    { vendor: 'anthropic', auth: KEY, llmOptions: {} },
  ),
  ...rows(ONLY_NEWER, 'qwen_s2s', { auth: KEY, llmOptions: {} }),
  ...rows(NOWHERE, 'llm', {}, { vendor: 'openai' }, { llmOptions: {} }, { vendor: 5, llmOptions: {} }),
  ...rows(
    NOWHERE,
    'llm',
    { vendor: 'ultravox', auth: 'k', llmOptions: {} },
    { vendor: 'ultravox', auth: KEY, llmOptions: null },
  ),
  ...rows(NOWHERE, 'cohere_s2s', { auth: KEY, llmOptions: {} }),
];
