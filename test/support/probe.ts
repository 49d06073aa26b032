import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTemporaryFolder } from './temporary.ts';

/** What a run of the command loaded. */
export interface Loaded {
  /** Whether it was a bundle that answered, not the few lines that start it. */
  readonly bundle: boolean;
  /** Whether that of every command was needed. */
  readonly whole: boolean;
  /** Packages of which code ran, those inside the bundle among them, sorted. */
  readonly packages: readonly string[];
}

/** Runs inside the command's process before it: V8 counts which functions run, and a bundle names them by file. */
const program = `
const { Session } = require('node:inspector');
const { writeFileSync } = require('node:fs');
const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
process.on('exit', () => {
  session.post('Profiler.takePreciseCoverage', (_, { result }) => {
    const bundles = result.filter(({ url }) => /\\/(platform|quick)\\.js$/.test(url));
    const ran = bundles.flatMap(({ functions }) => functions).filter(({ ranges }) => ranges[0].count > 0).map(({ functionName }) => functionName);
    const names = [...ran, ...Object.keys(require.cache)].flatMap((name) => /.*node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(name)?.[1] ?? []);
    writeFileSync(process.env.PROBE_FILE, JSON.stringify({ bundle: bundles.length > 0, whole: bundles.some(({ url }) => url.endsWith('platform.js')), packages: [...new Set(names)].sort() }));
  });
});
`;

/** The environment of a run that is watched, and what it loaded once it is over. */
export function makeProbe(): { readonly env: Readonly<Record<string, string>>; readonly read: () => Loaded } {
  const folder = makeTemporaryFolder('probe');
  const file = join(folder, 'loaded.json');
  writeFileSync(join(folder, 'probe.cjs'), program);
  return {
    env: { NODE_OPTIONS: `--require ${join(folder, 'probe.cjs')}`, PROBE_FILE: file },
    read: () => JSON.parse(readFileSync(file, 'utf8')),
  };
}
