import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { describeWith } from './needs.ts';
import { nestJest } from './nested-jest.ts';
import { startPostgres } from './postgres.ts';
import { projectRoot } from './root.ts';

describeWith(['postgres15'], 'startPostgres', () => {
  test('gives a durable server of its own with PostGIS, and leaves nothing', async () => {
    const server = await startPostgres({ settings: { work_mem: '7MB' } });
    await server.createDatabase('a "b"');
    const facts = await server.psql(
      "CREATE EXTENSION postgis; SELECT current_database(), current_setting('fsync'), current_setting('work_mem'), inet_server_addr();",
      'a "b"',
    );
    expect(facts).toBe('a "b"|on|7MB|127.0.0.1');
    const folder = await server.psql("SELECT current_setting('data_directory')");
    expect(existsSync(folder)).toBe(true);
    await server.stop();
    await server.stop();
    expect(existsSync(folder)).toBe(false);
    await expect(server.psql('SELECT 1')).rejects.toThrow('Connection refused');
  });

  test('asks for the password it was given', async () => {
    const server = await startPostgres({ password: `a'b"c $d/@` });
    await server.psql("CREATE ROLE ana LOGIN PASSWORD 'right'");
    const asAna = (password?: string) => login(server.bin('psql'), server.dsn('postgres', 'ana', password));
    expect(await asAna('right')).toBe(0);
    expect(await asAna('wrong')).toBe(2);
    expect(await asAna()).toBe(2);
  });

  test('ends with the process that started it, even when that one is killed', async () => {
    const child = spawn(process.execPath, nestJest('test/support/killed.fixture.ts'), {
      cwd: projectRoot,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let printed = '';
    for await (const text of child.stderr.setEncoding('utf8')) {
      printed += text;
      if (/data directory .*\n/.test(printed)) break;
    }
    const folder = /data directory (.*)\n/.exec(printed)?.[1] ?? '';
    expect(existsSync(folder)).toBe(true);
    child.kill('SIGKILL');
    for (let waited = 0; existsSync(folder) && waited < 10_000; waited += 50) await sleep(50);
    expect(existsSync(dirname(folder))).toBe(false);
  });
});

async function login(psql: string, dsn: string): Promise<number> {
  const child = spawn(psql, ['-X', '-w', '-c', 'SELECT 1', dsn], { stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  return code as number;
}
