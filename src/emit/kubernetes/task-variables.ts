import { ingestDsn, pgstacDsn } from '../../model/dsn.ts';
import type { Platform, Workload } from '../../model/platform.ts';

/**
 * What a Metaflow task needs in its pod, since Metaflow forwards nothing of the client's environment. PGSTAC_URI and not
 * PGSTAC_DSN: the latter wins in the runner, and so would override a PGSTAC_URI that a task sets for itself.
 */
export function listTaskVariables(platform: Platform, workload: Workload): Readonly<Record<string, string>> {
  return {
    INGEST_DB_DSN: ingestDsn(platform, workload),
    // The image has what a pod would otherwise install at its start.
    METAFLOW_SKIP_INSTALL_DEPENDENCIES: '1',
    PGSTAC_URI: pgstacDsn(platform, workload),
  };
}
