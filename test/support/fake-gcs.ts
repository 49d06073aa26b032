import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll } from '@jest/globals';
import { fakeGcsServer, goTool } from './go.ts';
import { findFreePort } from './postgres.ts';

const running = new Set<ChildProcess>();

afterAll(() => {
  for (const child of running) child.kill();
});

/** Cloud Storage on loopback, with an empty bucket; gives the origin, for STORAGE_EMULATOR_HOST. */
export async function startFakeGcs(bucket: string): Promise<string> {
  const program = await goTool(fakeGcsServer);
  const port = await findFreePort();
  const origin = `http://127.0.0.1:${port}`;
  const options = ['-scheme=http', '-host=127.0.0.1', `-port=${port}`, '-backend=memory', `-external-url=${origin}`];
  running.add(spawn('setpriv', ['--pdeathsig', 'KILL', program, ...options], { stdio: 'ignore' }));
  const headers = { 'content-type': 'application/json' };
  for (let tries = 0; tries < 100; tries++) {
    const made = await fetch(`${origin}/storage/v1/b`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ name: bucket }),
    }).catch(() => null);
    if (made?.ok === true) return origin;
    await sleep(100);
  }
  throw new Error('fake-gcs-server did not start');
}
