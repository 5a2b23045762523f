import { isJsonObject, type JsonObject } from '../wire/json.ts';

/**
 * What jambonz refuses beyond its specifications, when it makes a verb of the JSON: one of these refuses the whole application,
 * or the whole redirect (jambonz feature-server 0.9.8).
 *
 * @throws Error that says what is wrong.
 */
export function checkConstruction(name: string, data: JsonObject): void {
  CHECKS[name]?.(data);
}

const CHECKS: Readonly<Record<string, (data: JsonObject) => void>> = {
  say: checkSay,
  gather: ({ say }) => {
    if (isJsonObject(say)) checkSay(say);
  },
  conference: ({ name }) => demand(isFilled(name), 'conference name required'),
  dub: checkDub,
  dial: ({ dub }) => {
    if (Array.isArray(dub)) for (const each of dub) if (isJsonObject(each)) checkDub(each);
  },
  dialogflow: ({ model, agent }) => demand(model !== 'cx' || isFilled(agent), 'dialogflow: agent required for cx'),
  llm: checkLlm,
};

// A say that has nothing to say; an empty text is something.
function checkSay({ text, stream }: JsonObject): void {
  demand(typeof text === 'string' || Array.isArray(text) || stream === true, 'say: either text or stream is required');
}

function checkDub({ track }: JsonObject): void {
  demand(isFilled(track), 'dub: track required');
}

function checkLlm({ vendor, auth, connectOptions, llmOptions }: JsonObject): void {
  const vendorName = String(vendor);
  const needs = LLM_NEEDS[vendorName];
  if (!needs) throw new Error(`Unsupported vendor ${vendorName} for LLM`);
  const credentials = isJsonObject(auth) ? auth : {};
  const options = isJsonObject(llmOptions) ? llmOptions : {};
  const connect = isJsonObject(connectOptions) ? connectOptions : {};
  demand(isFilled(credentials[needs.auth]), `llm: auth.${needs.auth} is required`);
  if (vendorName === 'microsoft') demand(isFilled(connect['host']), 'llm: connectOptions.host is required');
  if (needs.option === undefined) return;
  let value: unknown = options;
  for (const key of needs.option.split('.')) value = isJsonObject(value) ? value[key] : undefined;
  demand(isJsonObject(value), `llm: llmOptions with ${needs.option} is required`);
}

/** By vendor: the credential, and what the options must hold. */
const LLM_NEEDS: Readonly<Record<string, { readonly auth: string; readonly option?: string }>> = {
  openai: { auth: 'apiKey', option: 'response_create' },
  microsoft: { auth: 'apiKey', option: 'response_create' },
  deepgram: { auth: 'apiKey', option: 'Settings.agent' },
  voiceagent: { auth: 'apiKey', option: 'Settings.agent' },
  google: { auth: 'apiKey', option: 'setup' },
  ultravox: { auth: 'apiKey' },
  elevenlabs: { auth: 'agent_id' },
};

function isFilled(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function demand(holds: boolean, fault: string): void {
  if (!holds) throw new Error(fault);
}
