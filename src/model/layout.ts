/** The version of the layout of schema platform and of ingestion_log, as `platform.installation` keeps it. */
export const layoutVersion = '1';
