import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import kafkajs, { type AclEntry } from 'kafkajs';
import { REPOSITORY } from '../fixtures/repository.ts';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

export const ROLES = ['adapter', 'adapter-fixed', 'microservice', 'operator'] as const;
export type Role = (typeof ROLES)[number];

/** One right of a role, as the script gives it. */
export interface Rule {
  /** As Kafka's tools call it. */
  readonly operation: string;
  readonly kind: 'topic' | 'group';
  readonly name: string;
  readonly pattern: 'literal' | 'prefixed';
}

/** Stands in for Kafka's own tool, and writes what it was told to do. */
const TOOL = '#!/bin/sh\necho "$@"\n';
const CALL =
  /^--bootstrap-server broker:9092 --add --force --allow-principal User:x --operation (\w+) --(topic|group) (\S+) --resource-pattern-type (literal|prefixed)$/;

/** The calls that deploy/kafka/acls.sh makes for a role, as they stand. @throws Error for a call of another form */
export function rulesOf(role: Role, prefix: string): Rule[] {
  const folder = mkdtempSync(join(tmpdir(), 'jambus-acls-'));
  try {
    const tool = join(folder, 'kafka-acls.sh');
    writeFileSync(tool, TOOL);
    chmodSync(tool, 0o755);
    const args = [role, '--principal', 'User:x', '--bootstrap-server', 'broker:9092', '--prefix', prefix];
    const env = { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}` };
    const calls = execFileSync(join(REPOSITORY, 'deploy/kafka/acls.sh'), args, { env, encoding: 'utf8' });
    return calls.trim().split('\n').map(ruleIn);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function ruleIn(call: string): Rule {
  const [, operation, kind, name, pattern] = CALL.exec(call) ?? [];
  if (operation === undefined || name === undefined) throw new Error(`acls.sh makes another call: ${call}`);
  return {
    operation,
    kind: kind === 'group' ? 'group' : 'topic',
    name,
    pattern: pattern === 'prefixed' ? 'prefixed' : 'literal',
  };
}

/** The same for the client that gives rights in the tests. */
export function aclOf({ operation, kind, name, pattern }: Rule, user: string): AclEntry {
  // DescribeConfigs is DESCRIBE_CONFIGS there.
  const key = operation.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
  return {
    resourceType: kind === 'topic' ? AclResourceTypes.TOPIC : AclResourceTypes.GROUP,
    resourceName: name,
    resourcePatternType: pattern === 'literal' ? ResourcePatternTypes.LITERAL : ResourcePatternTypes.PREFIXED,
    principal: `User:${user}`,
    host: '*',
    operation: AclOperationTypes[key as keyof typeof AclOperationTypes],
    permissionType: AclPermissionTypes.ALLOW,
  };
}
