import { at, type Place, ROOT } from '../fault.ts';
import { isObject, type JsonObject } from '../json/decode.ts';

/** How jambonz uses a hook. */
export interface HookUse {
  /** The type of the message that comes when it is called. */
  readonly message: string;
  readonly description: string;
}

/**
 * The roles of hooks, which decide what an ack to one means (an empty ack to a `confirmHook` bridges a call, a redirect in
 * place of an ack to a `waitHook` throws the caller out of the queue). A role is the property that names the hook, with two
 * exceptions: `amd` is the `actionHook` inside `amd`, and the hooks of commands (`wait_hook`, `call_hook`,
 * `child_call_hook`) are written as verbs have them. `other` is a hook of a newer server.
 */
export const HOOK_KINDS = {
  actionHook: { message: 'verb:hook', description: 'A verb has ended, and says how: what comes next?' },
  amd: { message: 'verb:hook', description: 'What answering machine detection has found; inside `amd`' },
  callHook: { message: 'session:redirect', description: 'The application that a `redirect` asks for' },
  callStatusHook: { message: 'call:status', description: 'How a call stands that a verb or command has placed' },
  childCallHook: {
    message: 'session:redirect',
    description: 'The application of a leg that becomes a call of its own',
  },
  confirmHook: { message: 'dial:confirm', description: 'The called party has answered: is it put through?' },
  dtmfHook: { message: 'verb:hook', description: 'A key was pressed' },
  enterHook: { message: 'verb:hook', description: 'Somebody enters a conference: what is played to all?' },
  eventHook: { message: 'llm:event', description: 'An event of a model or agent' },
  onHoldHook: { message: 'verb:hook', description: 'The other party has put the call on hold: what is played?' },
  partialResultHook: { message: 'verb:hook', description: 'What was understood so far' },
  referHook: { message: 'verb:hook', description: 'The other party transfers the call' },
  sipRequestWithinDialogHook: { message: 'verb:hook', description: 'A SIP request came within the call' },
  statusHook: {
    message: 'call:status',
    description: 'How the call stands, on a websocket of its own if the address says so',
  },
  toolHook: {
    message: 'llm:tool-call',
    description: 'A model or agent calls a tool; the command `llm:tool-output` answers',
  },
  transcriptionHook: { message: 'verb:hook', description: 'What was said' },
  translationHook: { message: 'verb:hook', description: 'What was said, translated' },
  waitHook: { message: 'verb:hook', description: 'Somebody waits in a queue or conference: what is played?' },
  other: { message: 'verb:hook', description: 'A property that ends in `Hook`, of a newer server' },
} as const satisfies Readonly<Record<string, HookUse>>;

export type HookKind = keyof typeof HOOK_KINDS;

/** A hook that verbs name: jambonz will send it back as the `hook` of a message, letter for letter. */
export interface NamedHook {
  /** The path or address. */
  readonly hook: string;
  readonly kind: HookKind;
}

/** Every property that holds a hook: the specs.json of `@jambonz/verb-specifications`, `@jambonz/schema`, and the commands. */
const KINDS: ReadonlyMap<string, HookKind> = new Map([
  ['actionHook', 'actionHook'],
  ['call_hook', 'callHook'],
  ['call_status_hook', 'callStatusHook'],
  ['child_call_hook', 'childCallHook'],
  ['confirmHook', 'confirmHook'],
  ['dtmfHook', 'dtmfHook'],
  ['enterHook', 'enterHook'],
  ['eventHook', 'eventHook'],
  ['onHoldHook', 'onHoldHook'],
  ['partialResultHook', 'partialResultHook'],
  ['referHook', 'referHook'],
  ['sipRequestWithinDialogHook', 'sipRequestWithinDialogHook'],
  ['statusHook', 'statusHook'],
  ['toolHook', 'toolHook'],
  ['transcriptionHook', 'transcriptionHook'],
  ['translationHook', 'translationHook'],
  ['waitHook', 'waitHook'],
  ['wait_hook', 'waitHook'],
]);

/** Where verbs carry data that is not jambonz's: what looks like a hook in there is none. */
const FOREIGN: ReadonlySet<string> = new Set([
  '_',
  'auth',
  'connectOptions',
  'credentials',
  'customerData',
  'data',
  'headers',
  'llmOptions',
  'metadata',
  'options',
  'tag',
  'welcomeEventParams',
]);

/**
 * The hooks that an application names, each once, in the order in which they stand: of verbs in either notation, of
 * prompts, targets and other verbs inside them, and of the data of commands.
 *
 * @param verbs an array of verbs, or the data of a command
 */
export function hooksOf(verbs: unknown): readonly NamedHook[] {
  const found = new Map<string, NamedHook>();
  walkHooks(verbs, ROOT, (value, kind) => {
    const hook = typeof value === 'string' ? value : value['url'];
    if (typeof hook === 'string' && hook !== '') found.set(`${kind} ${hook}`, { hook, kind });
  });
  return [...found.values()];
}

/** The kind of hook that a property of this name holds; undefined when it holds none. */
export function hookKindOf(property: string): HookKind | undefined {
  return KINDS.get(property) ?? (property.endsWith('Hook') ? 'other' : undefined);
}

/** Whether the value of a property of this name is anything but jambonz's own. */
export function isForeign(property: string): boolean {
  return FOREIGN.has(property);
}

export type VisitHook = (hook: string | JsonObject, kind: HookKind, place: Place) => void;

/** Visits every hook inside a value, in the order in which they stand. */
export function walkHooks(value: unknown, place: Place, visit: VisitHook, inAmd = false): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      if (typeof item === 'object') walkHooks(item, at(place, index), visit, inAmd);
    }
    return;
  }
  if (!isObject(value)) return;
  for (const [name, member] of Object.entries(value)) {
    const kind = hookKindOf(name);
    if (kind !== undefined) {
      const isHook = typeof member === 'string' || isObject(member);
      if (isHook) visit(member, inAmd && kind === 'actionHook' ? 'amd' : kind, at(place, name));
    } else if (typeof member === 'object' && !isForeign(name))
      walkHooks(member, at(place, name), visit, name === 'amd');
  }
}
