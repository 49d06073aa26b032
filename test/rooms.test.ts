import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { projectRoot } from './support/root.ts';
import { runProcess } from './support/run.ts';
import { makeTemporaryFolder } from './support/temporary.ts';

// The design's table once more, as what each room may import: said here apart from the rules that hold it.
const rooms: Readonly<Record<string, { readonly rooms: string; readonly packages: string; readonly world: string }>> = {
  diagnostic: { rooms: '', packages: 'picocolors', world: '' },
  yaml: { rooms: '', packages: '', world: '' },
  print: { rooms: 'yaml', packages: '', world: '' },
  artifact: { rooms: '', packages: '', world: 'fs' },
  spec: { rooms: 'diagnostic yaml', packages: '', world: '' },
  model: { rooms: 'spec diagnostic', packages: '', world: '' },
  emit: { rooms: 'model print artifact', packages: '', world: '' },
  trace: { rooms: 'spec model emit artifact diagnostic', packages: '', world: '' },
  diff: { rooms: 'model', packages: 'picocolors', world: '' },
  database: { rooms: 'model', packages: 'pg', world: 'fs net' },
  ingest: { rooms: 'model database', packages: '', world: '' },
  live: { rooms: 'model diff', packages: '', world: '' },
  view: { rooms: 'spec model emit artifact trace diff', packages: '', world: '' },
  // Of view its types alone.
  page: { rooms: '', packages: '', world: '' },
  cli: {
    rooms: 'diagnostic yaml print artifact spec model emit trace diff database ingest live view',
    packages: 'picocolors pg commander',
    world: 'fs net http child_process',
  },
};
// yaml and ajv belong to a few files of spec/, which are loaded only when something is wrong.
const packages = ['picocolors', 'yaml', 'ajv', 'pg', 'commander'];
const world = ['fs', 'net', 'http', 'child_process'];

interface Import {
  readonly file: string;
  readonly target: string;
  readonly allowed: boolean;
}

const matrix: readonly Import[] = Object.entries(rooms).flatMap(([room, may]) => [
  ...Object.keys(rooms)
    .filter((other) => other !== room)
    .map((other) => ({
      file: `src/${room}/uses-room-${other}.ts`,
      target: `../${other}/thing.ts`,
      allowed: may.rooms.split(' ').includes(other),
    })),
  ...packages.map((name) => ({
    file: `src/${room}/uses-package-${name}.ts`,
    target: name,
    allowed: may.packages.split(' ').includes(name),
  })),
  ...world.map((name) => ({
    file: `src/${room}/uses-node-${name}.ts`,
    target: `node:${name}`,
    allowed: may.world.split(' ').includes(name),
  })),
]);

const others: Readonly<Record<string, string>> = {
  'src/emit/makes-fragments.ts': '../print/make-fragment.ts',
  'src/elsewhere/unknown.ts': '../model/thing.ts',
  'src/compile.ts': 'node:fs',
  'src/model/one.ts': './other.ts',
  'src/model/other.ts': './one.ts',
  'src/cli/lost.ts': './nowhere.ts',
  'src/cli/development.ts': 'jest',
};

describe('the rules about rooms', () => {
  let broken: ReadonlyMap<string, readonly string[]>;

  beforeAll(async () => {
    broken = await cruiseImports([
      ...matrix,
      ...Object.entries(others).map(([file, target]) => ({ file, target, allowed: false })),
    ]);
  });

  test('let pass exactly the imports of the table', () => {
    const flagged = matrix.filter(({ file }) => broken.has(file)).map(({ file }) => file);
    expect(flagged).toEqual(matrix.filter(({ allowed }) => !allowed).map(({ file }) => file));
  });

  test.each([
    ['src/emit/makes-fragments.ts', 'only-print-makes-fragments'],
    ['src/elsewhere/unknown.ts', 'known-rooms'],
    ['src/compile.ts', 'compiler-is-pure'],
    ['src/model/one.ts', 'no-cycles'],
    ['src/cli/lost.ts', 'resolvable'],
    ['src/cli/development.ts', 'no-development-packages'],
    ['src/print/uses-room-cli.ts', 'nobody-imports-cli'],
  ])('%s breaks %s', (file, rule) => {
    expect(broken.get(file)).toContain(rule);
  });
});

/** A project of one file for each import, and the rules that dependency-cruiser finds broken in it, by file. */
async function cruiseImports(imports: readonly Import[]): Promise<Map<string, string[]>> {
  const root = makeTemporaryFolder('rooms');
  for (const name of ['node_modules', 'package.json', 'tsconfig.json']) {
    await symlink(join(projectRoot, name), join(root, name));
  }
  const things = [...Object.keys(rooms).map((room) => `src/${room}/thing.ts`), 'src/print/make-fragment.ts'];
  const files = [
    ...things.map((file) => [file, 'export {};\n'] as const),
    ...imports.map(({ file, target }) => [file, `import '${target}';\n`] as const),
  ];
  for (const [file, text] of files) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), text);
  }
  const program = join(projectRoot, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const config = join(projectRoot, '.dependency-cruiser.cjs');
  const args = [program, '--config', config, '--output-type', 'json', 'src'];
  const { stdout } = await runProcess(process.execPath, args, { cwd: root });
  const broken = new Map<string, string[]>();
  for (const { from, rule } of (JSON.parse(stdout) as Cruise).summary.violations) {
    broken.set(from, [...(broken.get(from) ?? []), rule.name]);
  }
  return broken;
}

interface Cruise {
  readonly summary: {
    readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[];
  };
}
