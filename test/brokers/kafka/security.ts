import { keystoreOf } from '../provisioning/certificate.ts';

/** A second listener of a broker, with what a client has to bring to get in. */
export interface KafkaSecurity {
  /**
   * Names and passwords, of letters and digits, that get in by PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512. With them
   * OAUTHBEARER is there too, for the tokens of `unsecuredToken`. Left out: nobody has to log in.
   */
  readonly users?: Readonly<Record<string, string>>;
  /** Whether it speaks TLS, with a certificate for 127.0.0.1 that nobody else has signed. Needs `openssl`. */
  readonly tls?: boolean;
}

/** How clients reach the listener that asks for security. */
export interface SecuredListener {
  /** As `host:port`. */
  readonly brokers: readonly string[];
  /** The certificate to trust, as PEM; undefined without TLS. */
  readonly ca: string | undefined;
}

export const SECURED = 'SECURED';

const SCRAM_MECHANISMS = ['SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;

/** The security protocol of Kafka that does this. */
export function securityProtocol({ users, tls = false }: KafkaSecurity): string {
  return `${users === undefined ? '' : 'SASL_'}${tls ? 'SSL' : 'PLAINTEXT'}`;
}

/** The configuration of the listener, less its place. */
export function securityProperties({ users, tls = false }: KafkaSecurity, folder: string): Record<string, string> {
  return { ...(users === undefined ? {} : loginProperties(users)), ...(tls ? tlsProperties(folder) : {}) };
}

function loginProperties(users: Readonly<Record<string, string>>): Record<string, string> {
  const passwords = Object.entries(users).map(([name, password]) => `user_${name}="${password}"`);
  const modules = {
    PLAIN: `plain.PlainLoginModule required ${passwords.join(' ')}`,
    'SCRAM-SHA-256': 'scram.ScramLoginModule required',
    'SCRAM-SHA-512': 'scram.ScramLoginModule required',
    OAUTHBEARER: 'oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker"',
  };
  const jaas = Object.entries(modules).map(([mechanism, module]) => [
    listenerProperty(`${mechanism.toLowerCase()}.sasl.jaas.config`),
    `org.apache.kafka.common.security.${module};`,
  ]);
  const mechanisms = Object.keys(modules).join(',');
  return { [listenerProperty('sasl.enabled.mechanisms')]: mechanisms, ...Object.fromEntries(jaas) };
}

function tlsProperties(folder: string): Record<string, string> {
  return {
    [listenerProperty('ssl.keystore.type')]: 'PEM',
    [listenerProperty('ssl.keystore.location')]: keystoreOf(folder),
  };
}

function listenerProperty(name: string): string {
  return `listener.name.${SECURED.toLowerCase()}.${name}`;
}

/** What makes `kafka-storage format` know the users: a broker keeps the SCRAM ones with its data. */
export function scramArguments({ users = {} }: KafkaSecurity): readonly string[] {
  return Object.entries(users).flatMap(([name, password]) =>
    SCRAM_MECHANISMS.flatMap((mechanism) => ['--add-scram', `${mechanism}=[name=${name},password=${password}]`]),
  );
}
