/** The place of a broker in a cluster of several, each of which is a controller, too. */
export interface ClusterMember {
  readonly nodeId: number;
  /** The same for all of them, as 16 bytes in base64url. */
  readonly clusterId: string;
  /** Where this one listens to the other controllers. */
  readonly controllerPort: number;
  /** All controllers, as Kafka writes them: `1@127.0.0.1:9093,…`. */
  readonly voters: string;
}
