export { createGateway, type Gateway, type GatewayContext, type GatewayPorts } from './gateway.ts';
