import type { AdapterFrame } from './adapter-frames.ts';
import type { GatewayFrame } from './gateway-frames.ts';

export type LinkFrame = AdapterFrame | GatewayFrame;
