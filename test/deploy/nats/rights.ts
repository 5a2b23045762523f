import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { REPOSITORY } from '../../fixtures/repository.ts';

export const USERS = ['adapter', 'microservice', 'operator'] as const;
export type User = (typeof USERS)[number];

/** One subject that a user may publish or subscribe to. */
export interface Right {
  readonly user: User;
  readonly kind: 'publish' | 'subscribe';
  readonly subject: string;
  /** Where it stands in the file. */
  readonly line: number;
}

/** Everybody's in tests. */
export const PASSWORD = 'for-tests-only';
/** A subject that nobody uses: an empty list would allow everything. */
const NOTHING = 'nothing';

/** The account of the application `prefix`, as the repository has it, after what its first lines say for other prefixes. */
export async function accountFile(prefix = 'jambonz'): Promise<string> {
  const text = await readFile(join(REPOSITORY, 'deploy/nats/jambonz.conf'), 'utf8');
  return text.replaceAll('jambonz', prefix);
}

/** Every right of the file. @throws Error for a line that is not understood */
export function rightsIn(text: string): Right[] {
  const rights: Right[] = [];
  let user: User | undefined;
  let kind: Right['kind'] | undefined;
  for (const [line, content] of text.split('\n').entries()) {
    user = USERS.find((name) => content.includes(`user: "jambonz-${name}"`)) ?? user;
    kind = (/^\s*(publish|subscribe): \[$/.exec(content)?.[1] as Right['kind'] | undefined) ?? kind;
    const subject = /^\s*"([^"]+)"$/.exec(content)?.[1];
    if (subject === undefined) continue;
    if (user === undefined || kind === undefined) throw new Error(`line ${line + 1} belongs to nobody: ${content}`);
    rights.push({ user, kind, subject, line });
  }
  return rights;
}

/** The file without some rights. */
export function without(text: string, rights: readonly Right[]): string {
  const lines = text.split('\n');
  for (const { line } of rights) lines[line] = `"${NOTHING}"`;
  return lines.join('\n');
}

/** Lines of a server's configuration with these accounts. */
export function configOf(...accounts: readonly string[]): string {
  const passwords = new Set(
    accounts.flatMap((text) => [...text.matchAll(/password: \$(\w+)/g)].map(([, name]) => name)),
  );
  return [...[...passwords].map((name) => `${name}: "${PASSWORD}"`), 'accounts {', ...accounts, '}'].join('\n');
}

/** Whether a text says that just this right is missing. */
export function names({ kind, subject }: Right, text: string): boolean {
  const pattern = subject.replaceAll(/[.$]/g, '\\$&').replaceAll('*', '[^.\\s"]+').replaceAll('>', '[^\\s"]+');
  const verb = kind === 'publish' ? 'publish' : 'subscription';
  return new RegExp(`${verb} (?:on|to) "?${pattern}(?=["\\s;,:]|$)`, 'i').test(text);
}
