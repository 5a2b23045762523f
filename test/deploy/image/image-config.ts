import { assignments, type Dockerfile, type Instruction, stageNamed } from './dockerfile.ts';

/** What an image says about how its containers are started. */
export interface ImageConfig {
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly user: string;
  readonly workdir: string;
  /** ENTRYPOINT and CMD. */
  readonly command: readonly string[];
  readonly healthcheck: readonly string[];
  readonly stopSignal: string;
  readonly ports: readonly number[];
}

type Draft = { -readonly [Key in keyof ImageConfig]: ImageConfig[Key] };

/** What node's official images set, which all of ours are made from. */
const BASE: ImageConfig = {
  env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
  labels: {},
  user: 'root',
  workdir: '/',
  command: ['node'],
  healthcheck: [],
  stopSignal: 'SIGTERM',
  ports: [],
};

/** @throws Error for an instruction in a form that is not understood here: a shell in front of the service, above all */
export function imageConfig(dockerfile: Dockerfile, name: string): ImageConfig {
  const stage = stageNamed(dockerfile, name);
  const onStage = dockerfile.stages.some((candidate) => candidate.name === stage.base);
  const draft: Draft = { ...(onStage ? imageConfig(dockerfile, stage.base) : BASE) };
  for (const instruction of stage.instructions) apply(draft, instruction);
  return draft;
}

function apply(draft: Draft, { keyword, text }: Instruction): void {
  switch (keyword) {
    case 'ENV':
      draft.env = { ...draft.env, ...assignments(text) };
      return;
    case 'LABEL':
      draft.labels = { ...draft.labels, ...assignments(text) };
      return;
    case 'USER':
      draft.user = text;
      return;
    case 'WORKDIR':
      draft.workdir = text;
      return;
    case 'ENTRYPOINT':
      draft.command = execForm(text);
      return;
    case 'HEALTHCHECK':
      draft.healthcheck = execForm(text.replace(/^CMD\s+/, ''));
      return;
    case 'STOPSIGNAL':
      draft.stopSignal = text;
      return;
    case 'EXPOSE':
      draft.ports = [...draft.ports, ...text.split(/\s+/).map(Number)];
      return;
    case 'ARG':
    case 'COPY':
    case 'RUN':
      return; // What is in the image, not how it starts.
    default:
      throw new Error(`${keyword} is not understood here`);
  }
}

function execForm(text: string): readonly string[] {
  if (!text.startsWith('[')) throw new Error(`a shell would be started: ${text}`);
  return JSON.parse(text) as readonly string[];
}
