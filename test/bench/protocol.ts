import type { TripsReport, Until } from './trips.ts';

/** What the bench asks of the process under test. */
export type Task =
  | { readonly kind: 'memory' }
  | {
      readonly kind: 'round trips';
      readonly calls: readonly string[];
      readonly until: Until;
      readonly underWay: number;
    };

/** What it answers. */
export type Answer =
  | { readonly kind: 'listening'; readonly websocketPort: number }
  | { readonly kind: 'memory'; readonly rssBytes: number; readonly heapBytes: number }
  | ({
      readonly kind: 'round trips';
      /** CPU of the whole process under test: gateway, adapter, bus and publisher. */
      readonly cpuMs: number;
    } & TripsReport);
