import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

// Node 20 pays 40 ms for it at each start, `node -e 0` included: it would hide what is measured.
const env = { ...process.env, NODE_EXTRA_CA_CERTS: undefined, NODE_OPTIONS: undefined, PLATFORM_SPEC: undefined };

/** Each case with its median in milliseconds and the most memory a run of it had; one run more goes before, unmeasured. */
export function measure(cases, runs) {
  const times = cases.map(() => []);
  for (let run = 0; run <= runs; run++) {
    for (const [index, { argv, cwd }] of cases.entries()) {
      const [program, ...args] = argv();
      const start = process.hrtime.bigint();
      const { status, error } = spawnSync(program, args, { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] });
      const milliseconds = Number(process.hrtime.bigint() - start) / 1e6;
      if (error || status !== 0)
        throw new Error(`${[program, ...args].join(' ')} ended with ${status}`, { cause: error });
      if (run > 0) times[index].push(milliseconds);
    }
  }
  return cases.map((one, index) => ({ ...one, median: median(times[index]), megabytes: weigh(one) }));
}

/** The most memory (RSS) that one more run has, told by the process itself as it ends; null for programs of others. */
function weigh({ argv, cwd }) {
  const [program, ...args] = argv();
  if (program !== process.execPath) return null;
  const { stderr } = spawnSync(process.execPath, ['--require', join(import.meta.dirname, 'weigh.cjs'), ...args], {
    cwd,
    env,
    encoding: 'utf8',
  });
  return Number(/maxrss (\d+)/.exec(stderr)?.[1]) / 1024;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
