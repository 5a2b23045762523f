import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Type } from '@sinclair/typebox';
import { Ajv, type ValidateFunction } from 'ajv';
import type { Manifest } from './manifests.ts';

const FOLDER = new URL('./schemas/', import.meta.url);

/** Formats that say how a number is kept, and are no check of a text. */
const FORMATS = {
  int32: true,
  int64: true,
  double: true,
  byte: true,
  'date-time': true,
  'int-or-string': true,
} as const;

/** The versions of Kubernetes that there are schemas for. */
export async function kubernetesVersions(): Promise<string[]> {
  const files = await readdir(fileURLToPath(FOLDER));
  return files.flatMap((file) => /^kubernetes-([\d.]+)\.json$/.exec(file)?.[1] ?? []);
}

/** Tells what is wrong with a manifest, as one line for each fault. */
export type Validate = (manifest: Manifest) => string[];

/** Checks by the API of one version of Kubernetes, and by what is used of the operators' kinds. */
export async function validatorFor(version: string): Promise<Validate> {
  const ajv = new Ajv({ strict: false, allErrors: true, formats: FORMATS });
  const { $defs } = JSON.parse(await readFile(new URL(`kubernetes-${version}.json`, FOLDER), 'utf8')) as Definitions;
  ajv.addSchema({ $id: 'kubernetes', $defs });
  const ofKubernetes = new Map<string, ValidateFunction>();
  for (const name of Object.keys($defs)) ofKubernetes.set(name, ajv.compile({ $ref: `kubernetes#/$defs/${name}` }));
  const ofOperators = new Map(Object.entries(OPERATORS).map(([kind, schema]) => [kind, ajv.compile(schema)]));

  return (manifest) => {
    const { apiVersion, kind, metadata } = manifest;
    const validate = ofOperators.get(`${apiVersion} ${kind}`) ?? ofKubernetes.get(definitionOf(apiVersion, kind));
    if (validate === undefined) return [`Kubernetes ${version} has no ${apiVersion} ${kind}`];
    validate(manifest);
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${kind} ${metadata.name}${instancePath}: ${message} ${JSON.stringify(params)}`,
    );
  };
}

interface Definitions {
  readonly $defs: Readonly<Record<string, object>>;
}

/** `networking.k8s.io/v1` and `Ingress` → `io.k8s.api.networking.v1.Ingress`. */
function definitionOf(apiVersion: string, kind: string): string {
  const [group = '', version = group] = apiVersion.split('/');
  const api = apiVersion.includes('/') ? (group.split('.')[0] ?? '') : 'core';
  return `io.k8s.api.${api}.${version}.${kind}`;
}

function strict<Properties extends Parameters<typeof Type.Object>[0]>(properties: Properties) {
  return Type.Object(properties, { additionalProperties: false });
}

function operatorKind(apiVersion: string, kind: string, spec: ReturnType<typeof strict>) {
  const labels = Type.Optional(Type.Record(Type.String(), Type.String()));
  const metadata = strict({ name: Type.String(), namespace: Type.String(), labels });
  return strict({ apiVersion: Type.Literal(apiVersion), kind: Type.Literal(kind), metadata, spec });
}

const Duration = Type.String({ pattern: '^\\d+(ms|s|m|h|d)$' });
const Texts = Type.Record(Type.String(), Type.String());
const Count = Type.Integer({ minimum: 0 });

/** What of the operators' kinds we use, by their documentation; anything else is a mistake until it is added here. */
const OPERATORS = {
  'monitoring.coreos.com/v1 ServiceMonitor': operatorKind(
    'monitoring.coreos.com/v1',
    'ServiceMonitor',
    strict({
      selector: strict({ matchLabels: Texts }),
      endpoints: Type.Array(strict({ port: Type.String(), path: Type.String(), interval: Duration })),
    }),
  ),
  'monitoring.coreos.com/v1 PrometheusRule': operatorKind(
    'monitoring.coreos.com/v1',
    'PrometheusRule',
    strict({
      groups: Type.Array(
        strict({
          name: Type.String(),
          rules: Type.Array(
            strict({
              alert: Type.String({ pattern: '^[A-Za-z]+$' }),
              expr: Type.String({ minLength: 1 }),
              for: Type.Optional(Duration),
              labels: strict({ severity: Type.Union([Type.Literal('critical'), Type.Literal('warning')]) }),
              annotations: strict({ summary: Type.String({ minLength: 1 }) }),
            }),
          ),
        }),
      ),
    }),
  ),
  'keda.sh/v1alpha1 ScaledObject': operatorKind(
    'keda.sh/v1alpha1',
    'ScaledObject',
    strict({
      scaleTargetRef: strict({ name: Type.String() }),
      minReplicaCount: Count,
      maxReplicaCount: Count,
      pollingInterval: Count,
      cooldownPeriod: Count,
      fallback: Type.Optional(strict({ failureThreshold: Count, replicas: Count })),
      triggers: Type.Array(
        strict({
          type: Type.Union([Type.Literal('prometheus'), Type.Literal('kafka')]),
          metricType: Type.Literal('AverageValue'),
          // KEDA takes texts only here, numbers in quotes included.
          metadata: Texts,
          authenticationRef: Type.Optional(strict({ name: Type.String() })),
        }),
        { minItems: 1 },
      ),
    }),
  ),
  'keda.sh/v1alpha1 TriggerAuthentication': operatorKind(
    'keda.sh/v1alpha1',
    'TriggerAuthentication',
    strict({
      secretTargetRef: Type.Array(strict({ parameter: Type.String(), name: Type.String(), key: Type.String() })),
    }),
  ),
};
