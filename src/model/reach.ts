/** How the network comes to a Cloud SQL instance. */
export type Reach = PrivateServicesAccess | PrivateServiceConnect;

/** The instance has an address of its own, in a network of Google's that is peered with the platform's. */
export interface PrivateServicesAccess {
  readonly kind: 'privateServicesAccess';
  /** The allocated range that the address is from; null lets Google choose among the network's. */
  readonly allocatedRange: string | null;
  /** Terraform makes the range and the peering too. */
  readonly manage: boolean;
}

/** The instance has no address; the network has an endpoint for it, and a DNS name that is the endpoint's. */
export interface PrivateServiceConnect {
  readonly kind: 'privateServiceConnect';
  /** Where the endpoints' addresses are from, one for each region that has an instance; sorted. */
  readonly subnetworks: readonly string[];
  /** The projects that may have endpoints, the platform's own among them; sorted. */
  readonly consumerProjects: readonly string[];
}

/** `projects/P/regions/R/subnetworks/N` → `R`. */
export function regionOf(subnetwork: string): string {
  return subnetwork.split('/')[3] ?? '';
}

/** `projects/P/…` → `P`. */
export function projectOf(path: string): string {
  return path.split('/')[1] ?? '';
}

/** Where databases are when the spec does not say: the private ranges of RFC 1918. */
export const privateRanges: readonly string[] = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];
