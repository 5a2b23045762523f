import type { OtherVerb, VerbName, VerbOf } from '@jambus/schema';
import type { TellingVerb } from './telling-verbs.ts';

/** A verb without its name and what the client sets itself. */
export type VerbOptions<Name extends VerbName> = Omit<VerbOf<Name>, 'verb' | 'id' | 'actionHook' | 'confirmHook'>;

/** A verb without what the client sets itself, told apart by `verb`; `otherVerb` makes one of a newer server. */
export type VerbToRun = { [Name in VerbName]: Omit<VerbOf<Name>, SetInRun<Name>> }[VerbName] | OtherVerb;

type SetInRun<Name extends VerbName> = Name extends TellingVerb ? 'id' | 'actionHook' : 'id';

/** What is in a verb, when its name does not matter. */
export type VerbProperties = Readonly<Record<string, unknown>>;
