/** The sha256 of the bundle's bytes; only `scripts/bundle.mjs` says it. */
declare const __BUILD_ID__: string;

/** Null where the sources run as they are, which may be others at any moment. */
export const buildId: string | null = typeof __BUILD_ID__ === 'undefined' ? null : __BUILD_ID__;
