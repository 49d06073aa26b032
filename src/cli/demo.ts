import type { Output } from './context.ts';
import { loadProgram } from './start/load-program.ts';

// `npm run demo`: the main job on the sample spec, by the commands a user would type.
const steps = [['compile'], ['db', 'init'], ['ingest']];

// The demo fills the embedded database of this folder, never a server that a shell happens to point to.
const elsewhere = ['PGSTAC_DSN', 'PGSTAC_URI', 'INGEST_DB_DSN', 'PLATFORM_SPEC', 'KUBERNETES_SERVICE_HOST'];

void runDemo().then((exitCode) => {
  process.exitCode = exitCode;
});

async function runDemo(): Promise<number> {
  const { createContext, runProgram } = (await loadProgram()).program;
  const real = createContext(process);
  const env = Object.fromEntries(Object.entries(real.env).filter(([name]) => !elsewhere.includes(name)));
  const context = { ...real, env, stderr: withoutLogLines(real.stderr) };
  const started = performance.now();
  for (const step of steps) {
    real.stdout.write(`$ npx platform ${step.join(' ')}\n`);
    const exitCode = await runProgram(context, step);
    if (exitCode !== 0) return exitCode;
    real.stdout.write('\n');
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  real.stdout.write(`Done in ${seconds} s. The artifacts are in generated/default (start with its README.md),\n`);
  real.stdout.write('both databases in .platform/default. To look at all of it: npx platform view\n');
  return 0;
}

/**
 * Where there is no terminal a run logs JSON lines beside its words for people, for whatever collects logs. Whoever tries
 * the demo reads the words.
 */
function withoutLogLines(output: Output): Output {
  return { ...output, write: (text) => (/^\{"time":.*\}\n$/.test(text) ? undefined : output.write(text)) };
}
