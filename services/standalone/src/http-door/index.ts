export { httpDoor } from './http-door.ts';
