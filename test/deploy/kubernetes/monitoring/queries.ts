import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { REPOSITORY } from '../../../fixtures/repository.ts';

export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly summary: string };
}

/** A query of Prometheus that comes with jambus. */
export interface Query {
  /** Who asks: an alert, a panel. */
  readonly of: string;
  readonly expr: string;
}

interface Panel {
  readonly type: string;
  readonly title: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

/** What Grafana puts in the place of its variables. */
const VARIABLES: readonly (readonly [string, string])[] = [
  ['$__rate_interval', '5m'],
  ['$namespace', '.*'],
];

const COMPONENTS = join(REPOSITORY, 'deploy/kubernetes/components');

async function read<Content>(path: string): Promise<Content> {
  // JSON is YAML, too.
  return parse(await readFile(join(COMPONENTS, path), 'utf8')) as Content;
}

export async function readAlerts(): Promise<Alert[]> {
  const rules = await read<{ spec: { groups: { rules: Alert[] }[] } }>('monitoring/rules.yaml');
  return rules.spec.groups.flatMap((group) => group.rules);
}

/** Panels of the dashboard that ask something. */
export async function readPanels(): Promise<Required<Panel>[]> {
  const { panels } = await read<{ panels: Panel[] }>('monitoring/dashboard.json');
  return panels.flatMap((panel) => {
    const { targets } = panel;
    return targets === undefined ? [] : [{ ...panel, targets }];
  });
}

/** All of them: of alerts, of the dashboard with its variables filled in, of what scales the adapters. */
export async function readQueries(): Promise<Query[]> {
  const scaled = await read<{ spec: { triggers: { metadata: { query: string } }[] } }>('keda-nats/scaled-object.yaml');
  const filled = (expr: string): string =>
    VARIABLES.reduce((text, [name, value]) => text.replaceAll(name, value), expr);
  return [
    ...(await readAlerts()).map(({ alert, expr }) => ({ of: alert, expr })),
    ...(await readPanels()).flatMap(({ title, targets }) =>
      targets.map(({ expr }) => ({ of: `panel ${title}`, expr: filled(expr) })),
    ),
    ...scaled.spec.triggers.map(({ metadata }) => ({ of: 'keda-nats', expr: metadata.query })),
  ];
}
