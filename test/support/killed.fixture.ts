import { test } from '@jest/globals';
import { startPostgres } from './postgres.ts';

// Run by postgres.test.ts in a Jest of its own, which it kills once the server's folder is printed.
test('starts a server and never ends', async () => {
  const server = await startPostgres();
  process.stderr.write(`data directory ${await server.psql("SELECT current_setting('data_directory')")}\n`);
  await new Promise(() => {});
}, 60_000);
