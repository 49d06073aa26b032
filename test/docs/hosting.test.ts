import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { projectRoot } from '../support/root.ts';

// docs/cloud-sql.md and docs/virtual-machines.md say every key of their kind of hosting, and of its default nothing that
// the schema does not.

interface Schema {
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

interface Key {
  readonly path: string;
  /** The path of the key above it, and its own name in there. */
  readonly above: string;
  readonly name: string;
  readonly value: unknown;
}

/** A row of a table of keys: what stands in backquotes in its first cell, in its second, and in all but the first. */
interface Row {
  readonly keys: readonly string[];
  readonly defaults: readonly string[];
  readonly said: readonly string[];
}

const schema = JSON.parse(readFileSync(join(projectRoot, 'schema/platform.schema.json'), 'utf8')) as Schema;

/** Every key below; items of lists are no step of a path: `replicas.zone`. */
function listKeys({ properties = {}, items }: Schema, above = ''): readonly Key[] {
  const own = Object.entries(properties).flatMap(([name, value]): readonly Key[] => {
    const path = above === '' ? name : `${above}.${name}`;
    return [{ path, above, name, value: value.default }, ...listKeys(value, path)];
  });
  return items === undefined ? own : [...own, ...listKeys(items, above)];
}

function readRows(page: string): readonly Row[] {
  const tables = page.split('\n\n').filter((block) => block.startsWith('| key | default |'));
  return tables
    .flatMap((table) => table.trimEnd().split('\n').slice(2))
    .map((line) => {
      const [keys = '', ...rest] = line.replace(/^\| /, '').split(' | ');
      return { keys: listSpans(keys), defaults: listSpans(rest[0] ?? ''), said: listSpans(rest.join(' ')) };
    });
}

function listSpans(text: string): readonly string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span);
}

/** What the page says of a key's default, in its own row or as `name: value` in that of the key above it. */
function readDefaults(rows: readonly Row[], { path, above, name }: Key): readonly string[] {
  const own = rows.filter(({ keys }) => keys.length === 1 && keys[0] === path).flatMap(({ defaults }) => defaults);
  const inner = rows
    .filter(({ keys }) => keys.includes(above))
    .flatMap(({ defaults }) => defaults.filter((span) => span.startsWith(`${name}: `)))
    .map((span) => span.slice(name.length + 2));
  return [...own, ...inner].map((text) => text.replace(/^"(.*)"$/, '$1'));
}

describe.each([
  ['cloudSql', 'docs/cloud-sql.md'],
  ['virtualMachines', 'docs/virtual-machines.md'],
])('hosting.%s in %s', (kind, file) => {
  const keys = listKeys(schema.properties?.['hosting']?.properties?.[kind] ?? {});
  const rows = readRows(readFileSync(join(projectRoot, file), 'utf8'));

  test('every key has a row, or a place in that of the key above it', () => {
    const unnamed = keys.filter(
      ({ path, above, name }) =>
        !rows.some(
          (row) =>
            row.keys.includes(path) ||
            (row.keys.includes(above) && row.said.some((span) => span === name || span.startsWith(`${name}: `))),
        ),
    );
    expect(keys.length).toBeGreaterThan(20);
    expect(unnamed.map(({ path }) => path)).toEqual([]);
  });

  test('no row is of a key that is gone', () => {
    const paths = keys.map(({ path }) => path);
    expect(rows.flatMap((row) => row.keys).filter((key) => !paths.includes(key))).toEqual([]);
  });

  test('the defaults are those of the schema', () => {
    const pairs = keys
      .filter(({ value }) => value !== undefined)
      .map((key) => ({
        key: key.path,
        said: readDefaults(rows, key)[0],
        is: typeof key.value === 'string' ? key.value : JSON.stringify(key.value),
      }))
      .filter(({ said }) => said !== undefined);
    expect(pairs.length).toBeGreaterThan(15);
    expect(pairs.filter(({ said, is }) => said !== is)).toEqual([]);
  });
});
