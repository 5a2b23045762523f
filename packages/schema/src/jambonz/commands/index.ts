export * from './ack.ts';
export * from './application.ts';
export * from './conversation.ts';
export * from './dial.ts';
export * from './jambonz-command.ts';
export * from './media.ts';
export * from './status.ts';
