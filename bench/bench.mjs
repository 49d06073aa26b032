// `npm run bench [-- RUNS]`: what the command costs as a whole process, beside `node -e 0` in the same run. Cases take
// turns, so that what else the machine does falls on all of them alike. Run `npm run build` first.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeBigSpec } from './big-spec.mjs';
import { measure } from './measure.mjs';
import { listOthers } from './others.mjs';
import { printTable } from './table.mjs';

const root = join(import.meta.dirname, '..');
const command = join(root, 'dist/cli/main.js');
const runs = Number(process.argv[2] ?? 15);

const folder = mkdtempSync(join(tmpdir(), 'platform-bench-'));

function makeProject(name, write) {
  const project = join(folder, name);
  cpSync(join(root, 'spec'), join(project, 'spec'), { recursive: true });
  write(join(project, 'spec/platform.yaml'));
  return project;
}

let folders = 0;

/**
 * Cold is into a folder that never was: one that was just deleted would be measured with the file system's own work, since
 * ext4 makes a thousand files in it ten times slower.
 */
function platform(name, project, { args = [], isCold = false, ...bounds }) {
  const listArgs = () => [...args, ...(isCold ? ['--out', join(project, `out-${++folders}`)] : [])];
  return { name, argv: () => [process.execPath, command, 'compile', ...listArgs()], cwd: project, ...bounds };
}

/** Compiled, and twice more with a moment between: the second leaves the stamp that the third is answered from. */
function settle(project) {
  for (let time = 0; time < 3; time++) {
    execFileSync(process.execPath, [command, 'compile'], { cwd: project, stdio: 'ignore' });
    execFileSync(process.execPath, ['-e', 'setTimeout(() => {}, 200)']);
  }
  return project;
}

try {
  const sample = () => {};
  const big = (count) => (path) => writeBigSpec(path, count);
  const idle = settle(makeProject('idle', sample));
  const cases = [
    { name: 'node -e 0', argv: () => [process.execPath, '-e', '0'], cwd: folder },
    platform('compile, unchanged', idle, { most: 1.15 }),
    platform('compile --check, unchanged', idle, { args: ['--check'], most: 1.15 }),
    platform('compile, cold', makeProject('cold', sample), { isCold: true, most: 2 }),
  ];
  const bigCases = [
    cases[0],
    platform('compile, cold, 100 pipelines and workloads', makeProject('big100', big(100)), { isCold: true }),
    platform('compile, cold, 1,000 pipelines and workloads', makeProject('big1000', big(1000)), {
      isCold: true,
      most: 12,
      mostMegabytes: 150,
      mostGrowth: 11,
    }),
  ];
  printTable([...measure(cases, runs)], `The sample, ${runs} runs each`);
  const others = listOthers(folder);
  const few = Math.max(3, Math.ceil(runs / 3));
  printTable([...measure([...bigCases, ...others.cases], few)], `Large specs, ${few} runs each`);
  for (const line of others.missing) console.log(line);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
