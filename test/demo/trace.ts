import { type MicroserviceTraces, microserviceTraces } from '../traces/microservice.ts';
import { startOtlpReceiver } from '../traces/otlp-receiver.ts';
import type { ReceivedSpan } from '../traces/read-spans.ts';
import { printTree, type SpanNode, sizeOf, spanTrees } from '../traces/span-tree.ts';
import type { HttpBus } from './http-bus.ts';

/** What is done about traces in a demo. */
export interface DemoTrace {
  /** Whether jambonz makes a trace of the call. */
  readonly enabled: boolean;
  /** For jambus. */
  readonly environment: Readonly<Record<string, string>>;
  /** The same bus, for an IVR whose answers are spans. */
  watch(bus: HttpBus): HttpBus;
  /** Prints how the call was answered, as a tree. Call it when jambus has stopped, and so sent what it had. */
  print(write: (text: string) => void): Promise<void>;
  close(): Promise<void>;
}

export const NO_TRACE: DemoTrace = {
  enabled: false,
  environment: {},
  watch: (bus) => bus,
  print: async () => {},
  close: async () => {},
};

/** Starts a collector that jambus and the IVR send their spans to. */
export async function startTrace(): Promise<DemoTrace> {
  const receiver = await startOtlpReceiver();
  const traces = microserviceTraces('ivr', receiver.url);
  return {
    enabled: true,
    environment: receiver.environment,
    watch: (bus) => traced(bus, traces),
    print: async (write) => {
      await traces.close();
      for (const line of report(receiver.spans)) write(`${line}\n`);
    },
    close: receiver.close,
  };
}

function traced(bus: HttpBus, traces: MicroserviceTraces): HttpBus {
  return {
    ...bus,
    async send(callSid, id, command, traceparent) {
      const span = traces.start(`ivr ${id.slice(id.lastIndexOf('/') + 1)}`, traceparent);
      const result = await bus.send(callSid, id, command, span.traceparent);
      span.end();
      return result;
    },
  };
}

function report(spans: readonly ReceivedSpan[]): string[] {
  const traceId = spans.find(({ name }) => name === 'websocket write')?.traceId ?? '';
  const trees = spanTrees(spans, traceId);
  const answered = trees.find(reachesWebsocket);
  if (answered === undefined) return ['no span of an answer has come'];
  const all = trees.reduce((sum, tree) => sum + sizeOf(tree), 0);
  return [
    '',
    'How the call was answered, with ms since its beginning and ms taken:',
    '',
    ...printTree(answered, 'jambonz'),
    '',
    `${sizeOf(answered)} of ${all} spans of trace ${traceId}`,
  ];
}

function reachesWebsocket({ span, children }: SpanNode): boolean {
  return span?.name === 'websocket write' || children.some(reachesWebsocket);
}
