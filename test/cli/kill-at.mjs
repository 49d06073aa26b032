// Preloaded into a process (NODE_OPTIONS=--import): SIGKILL at its PLATFORM_KILL_AT-th change of the disk, which is not
// made, or, if it writes a file, made by half. Each change is noted in PLATFORM_KILL_LOG, so that a test can count them.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { openSync, writeFileSync, writeSync } = fs;
const log = openSync(process.env.PLATFORM_KILL_LOG, 'a');
const killAt = Number(process.env.PLATFORM_KILL_AT);
let changes = 0;

for (const name of ['mkdirSync', 'writeFileSync', 'renameSync', 'rmSync', 'rmdirSync', 'unlinkSync']) {
  const change = fs[name];
  fs[name] = (...args) => {
    changes++;
    writeSync(log, `${name} ${args[0]}\n`);
    if (changes === killAt) {
      if (name === 'writeFileSync') writeFileSync(args[0], args[1].slice(0, args[1].length / 2));
      process.kill(process.pid, 'SIGKILL');
    }
    return change(...args);
  };
}
syncBuiltinESMExports();
