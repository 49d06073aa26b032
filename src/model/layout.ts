/**
 * The version of the layout of schema platform and of the ingest database, as `platform.installation` keeps it. Raised with
 * every change of their tables, which templates/sql makes to tables of `olderLayouts` as well.
 */
export const layoutVersion = '4';

/** Layouts that the same SQL brings to `layoutVersion` in place, rows and all. A database of any other is refused. */
export const olderLayouts: readonly string[] = ['2', '3'];

/** The advisory lock of whoever installs into a database, `platform db init` and scripts/db alike: "platform" in ASCII. */
export const installerLock = '8100956982295360109';
