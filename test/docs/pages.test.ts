import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { describeWith } from '../support/needs.ts';
import { startPostgres } from '../support/postgres.ts';
import { projectRoot } from '../support/root.ts';
import { readSteps, replay } from './replay.ts';

/** A page of a task, and what its commands run on beside an empty folder. */
const pages = [
  { page: 'start.md', on: 'embedded' },
  { page: 'change-safely.md', on: 'embedded' },
  { page: 'ingest-items.md', on: 'embedded' },
  { page: 'operate.md', on: 'embedded' },
  { page: 'transcript.md', on: 'embedded' },
  { page: 'gke.md', on: 'embedded' },
  { page: 'self-host.md', on: 'server' },
  { page: 'upgrade-pgstac.md', on: 'server' },
  { page: 'recover.md', on: 'server' },
] as const;

/** They have suites of their own. */
const elsewhere = ['start.md', 'change-safely.md'];

/** Pages of reference, whose lines are forms to fill in, and what runs them. */
const references = {
  'cloud-sql.md': 'test/live/command.test.ts',
  'metaflow.md': 'test/emit/metaflow-argo.test.ts',
  'performance.md': 'bench/bench.mjs',
};

const folder = join(projectRoot, 'docs');

test('every page with commands is replayed, and the README links it', () => {
  const withCommands = readdirSync(folder).filter(
    (page) => page.endsWith('.md') && /^```sh$/m.test(readFileSync(join(folder, page), 'utf8')),
  );
  const tasks = pages.map(({ page }) => page as string);
  expect(withCommands.sort()).toEqual([...tasks, ...Object.keys(references)].sort());
  expect(Object.values(references).filter((file) => !existsSync(join(projectRoot, file)))).toEqual([]);
  const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8');
  expect(pages.filter(({ page }) => !readme.includes(`](docs/${page})`))).toEqual([]);
});

test('what a page links to is there', () => {
  const broken = readdirSync(folder)
    .filter((page) => page.endsWith('.md'))
    .flatMap((page) =>
      [...readFileSync(join(folder, page), 'utf8').matchAll(/\]\(((?!https?:)[^)#]*)(#[^)]+)?\)/g)].flatMap(
        ([, path = '', anchor = '']) => (isThere(path === '' ? page : path, anchor) ? [] : `${page}: ${path}${anchor}`),
      ),
    );
  expect(broken).toEqual([]);
});

function isThere(path: string, anchor: string): boolean {
  try {
    if (anchor === '') return readdirSync(join(folder, path, '..')).includes(path.split('/').at(-1) ?? '');
    const headings = [...readFileSync(join(folder, path), 'utf8').matchAll(/^#+ (.*)$/gm)].map(
      ([, text = '']) =>
        `#${text
          .toLowerCase()
          .replace(/[^\p{L}\p{N} _-]/gu, '')
          .replaceAll(' ', '-')}`,
    );
    return headings.includes(anchor);
  } catch {
    return false;
  }
}

describeWith(['postgres15', 'python'], 'each command of a page runs, and prints what the page shows', () => {
  test.each(pages.filter(({ page }) => !elsewhere.includes(page)))(
    'docs/$page',
    async ({ page, on }) => {
      const steps = readSteps(page);
      expect(steps).not.toEqual([]);
      // Of a server's databases, programs of this version.
      const server =
        on === 'server'
          ? await startPostgres({ address: `127.77.0.${pages.findIndex((one) => one.page === page) + 1}` })
          : null;
      const env =
        server === null ? {} : { PGHOST: server.host, PGUSER: 'postgres', PATH: pathWith(server.bin('psql')) };
      await replay(steps, 'earth', { env });
      await server?.stop();
    },
    300_000,
  );
});

function pathWith(program: string): string {
  return `${join(program, '..')}:${process.env['PATH']}`;
}
