/**
 * A token for OAUTHBEARER that the broker believes although nobody has signed it.
 *
 * Source: RFC 7515, appendix A.5, and the `OAuthBearerUnsecuredValidatorCallbackHandler` of Kafka.
 *
 * @param subject who it is for
 * @param lifetimeS seconds that it is good for from now; when negative it is out of date
 */
export function unsecuredToken(subject: string, lifetimeS = 3600): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (claims: object) => Buffer.from(JSON.stringify(claims)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ sub: subject, iat: now - 1, exp: now + lifetimeS })}.`;
}
