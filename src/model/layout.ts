/**
 * The version of the layout of schema platform and of ingestion_log, as `platform.installation` keeps it. Raised with
 * every change of their tables: what is there already stays as it is, so a database of another layout is refused.
 */
export const layoutVersion = '3';

/** The advisory lock of whoever installs into a database, `platform db init` and scripts/db alike: "platform" in ASCII. */
export const installerLock = '8100956982295360109';
