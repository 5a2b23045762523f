export { createHttpServer } from './create-http-server.ts';
export { loadTlsFiles, MIN_TLS_VERSION, type TlsFileNames, type TlsFiles, type TlsMaterial } from './tls-files.ts';
