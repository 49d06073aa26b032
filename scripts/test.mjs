// `npm test`: builds once, since CLI suites run what a user runs, then Jest with whatever arguments were given, then
// one closing line with the counts. A run without a single executed test is a failure.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(import.meta.dirname, '..');

function runStep(command, args, env = process.env) {
  const { status, error } = spawnSync(command, args, { cwd: root, env, stdio: 'inherit' });
  if (error) throw error;
  return status ?? 1;
}

function runJest(args) {
  const folder = mkdtempSync(join(tmpdir(), 'platform-jest-'));
  const report = join(folder, 'report.json');
  try {
    const jest = fileURLToPath(import.meta.resolve('jest/bin/jest'));
    // A worker keeps the modules of every file it ran, PGlite's memory among them: past the limit it is replaced.
    const options = ['--maxWorkers=2', '--workerIdleMemoryLimit=2GB', '--json', `--outputFile=${report}`];
    const nodeOptions = `${process.env.NODE_OPTIONS ?? ''} --experimental-vm-modules --disable-warning=ExperimentalWarning`;
    const status = runStep(process.execPath, [jest, ...options, ...args], {
      ...process.env,
      NODE_OPTIONS: nodeOptions,
    });
    return { status, counts: countTests(report) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file that could not even be loaded has no tests to count, so it counts as one failed. */
function countTests(path) {
  // Jest writes no report where its arguments match no file.
  if (!existsSync(path)) return { passed: 0, failed: 0, skipped: 0 };
  const report = JSON.parse(readFileSync(path, 'utf8'));
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

const built = runStep('npm', ['run', '--silent', 'build']);
if (built !== 0) process.exit(built);
const { status, counts } = runJest(process.argv.slice(2));
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
// Jest is content where tests are skipped: CI is not, and nobody is where no test ran at all.
const isHollow = counts.passed === 0 || (process.env.CI === 'true' && counts.skipped > 0);
process.exitCode = status === 0 && isHollow ? 1 : status;
