import { listDsns } from '../../model/dsn.ts';
import type { Platform, Workload } from '../../model/platform.ts';

/** What a Metaflow task needs in its pod, since Metaflow forwards nothing of the client's environment. */
export function listTaskVariables(platform: Platform, workload: Workload): Readonly<Record<string, string>> {
  return {
    ...listDsns(platform, workload),
    // The image has what a pod would otherwise install at its start.
    METAFLOW_SKIP_INSTALL_DEPENDENCIES: '1',
  };
}
