// Takes over the Kubernetes API's JSON schemas for the kinds that our manifests have, without the prose. They come from the
// PyPI package kubernetes-validate 1.37.0 (its folder kubernetes-json-schema, unpacked):
//
//   node take-over.mjs <folder>/kubernetes-json-schema 1.32.0 1.35.0 1.37.0
//
// "Strict" ones: a property that the API does not know is a mistake, as kubectl's own validation has it.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const KINDS = [
  'api.apps.v1.Deployment',
  'api.apps.v1.StatefulSet',
  'api.autoscaling.v2.HorizontalPodAutoscaler',
  'api.core.v1.ConfigMap',
  'api.core.v1.Namespace',
  'api.core.v1.Secret',
  'api.core.v1.Service',
  'api.core.v1.ServiceAccount',
  'api.networking.v1.Ingress',
  'api.networking.v1.NetworkPolicy',
  'api.policy.v1.PodDisruptionBudget',
];

const [, , folder = '', ...versions] = process.argv;
for (const version of versions) {
  const file = join(folder, `v${version}-local-strict`, '_definitions.json');
  const { $defs: definitions } = JSON.parse(await readFile(file, 'utf8'));
  const taken = {};
  for (const kind of KINDS) take(`io.k8s.${kind}`, definitions, taken);
  const target = new URL(`kubernetes-${version}.json`, import.meta.url);
  await writeFile(target, `${JSON.stringify({ $defs: taken })}\n`);
}

/** Adds a definition and all that it refers to. */
function take(name, definitions, taken) {
  if (name in taken) return;
  const definition = bare(definitions[name]);
  taken[name] = definition;
  for (const [, referred] of JSON.stringify(definition).matchAll(/"#\/\$defs\/([^"]+)"/g))
    take(referred, definitions, taken);
}

/** Without prose, but a property may be called description. */
function bare(schema, isProperties = false) {
  if (Array.isArray(schema)) return schema.map((item) => bare(item));
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(
    ([key]) => isProperties || (key !== 'description' && !key.startsWith('x-')),
  );
  return Object.fromEntries(
    kept.map(([key, value]) => [key, value === null ? value : bare(value, !isProperties && key === 'properties')]),
  );
}
