import { type CallScript, parseScript, type SimulatedCall } from '../../simulator/index.ts';

/* Callers of the pizzeria in `test/examples/ivr.ts`. */

const ORDERS = parseScript({
  caller: [
    { onVerb: 'gather', digits: '1' },
    { onVerb: 'gather', speech: 'One margherita', delay: 2_000 },
  ],
});
const TALKS = parseScript({
  caller: [
    { onVerb: 'gather', digits: '2' },
    { onVerb: 'gather', digits: '1' },
  ],
  durations: { dial: 6_000 },
});
const FINDS_NOBODY = parseScript({ caller: [{ onVerb: 'gather', digits: '2' }], callee: { answer: 'busy' } });
const IS_REFUSED = parseScript({
  caller: [
    { onVerb: 'gather', digits: '2' },
    { onVerb: 'gather', digits: '9' },
  ],
  durations: { dial: 60_000 },
});

/** A kind of caller, with what it is to hear, and its agent. */
export interface Kind {
  readonly script: CallScript;
  readonly hears: readonly string[];
  readonly agent: readonly string[];
}

export const KINDS: readonly Kind[] = [
  { script: ORDERS, hears: ["Welcome to Mario's!", 'What would you like?', 'One margherita? Coming up!'], agent: [] },
  { script: TALKS, hears: ["Welcome to Mario's!", 'Goodbye!'], agent: ['A guest. Press 1 to talk.'] },
  { script: FINDS_NOBODY, hears: ["Welcome to Mario's!", 'Nobody is free. We call you back.'], agent: [] },
  {
    script: IS_REFUSED,
    hears: ["Welcome to Mario's!", 'Nobody is free. We call you back.'],
    agent: ['A guest. Press 1 to talk.'],
  },
];

/** What the parties of a call were given to hear, prompts of a gather too. */
export function heardIn({ state }: SimulatedCall): { readonly caller: string[]; readonly agent: string[] } {
  const texts = (verbs: readonly { readonly data: Readonly<Record<string, unknown>> }[]) =>
    verbs.flatMap(({ data }) => {
      const say = data['say'] as { readonly text?: string } | undefined;
      return [data['text'], say?.text].filter((text) => typeof text === 'string');
    });
  return { caller: texts(state.verbs.items), agent: texts(state.sideVerbs.items.map(({ verb }) => verb)) };
}
