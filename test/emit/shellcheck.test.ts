import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { emitPlatform } from '../../src/emit/targets.ts';
import { describeWith } from '../support/needs.ts';
import { projectRoot } from '../support/root.ts';
import { runProcess } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { variants } from './terraform/variants.ts';

interface Script {
  /** Where it stands, e.g. `generated/default/terraform/kubernetes/database-init.yaml: command`. */
  readonly place: string;
  readonly text: string;
}

/** Every file of the committed folders and of each variant of hosting. */
function listArtifacts(): readonly Script[] {
  const committed = ['generated', 'examples'].flatMap((root) =>
    readdirSync(join(projectRoot, root), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => ({ place: path.slice(projectRoot.length + 1), text: readFileSync(path, 'utf8') })),
  );
  const emitted = Object.entries(variants).flatMap(([name, { platform }]) =>
    emitPlatform(platform, { specText: '' }).map(({ path, text }) => ({ place: `${name}: ${path}`, text })),
  );
  return [...committed, ...emitted];
}

/** A file that is a script by its name or first line; what a manifest or a guide hands to a shell, as a script of its own. */
function listScripts({ place, text }: Script): readonly Script[] {
  if (/\.sh$/.test(place) || /^#!.*\b(ba)?sh\b/.test(text)) return [{ place, text }];
  if (/\/kubernetes\/.*\.yaml$/.test(place)) {
    return parseAllDocuments(text)
      .flatMap((document) => listCommands(document.toJS()))
      .map((command) => ({ place: `${place}: command`, text: `#!/bin/sh\n${inContainer}\n${command}\n` }));
  }
  if (!place.endsWith('.md')) return [];
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => ({
    place: `${place}: ${block.split('\n')[0]}`,
    // What a person pastes: `export $(cat … | xargs)` (2002, 2046), `export A="$(…)"` (2155), a file that comes to be
    // (1091), and what an earlier block set (2154).
    text: `#!/bin/bash\n# shellcheck disable=SC1091,SC2002,SC2046,SC2154,SC2155\n${block}`,
  }));
}

/** Its variables are the container's. */
const inContainer = '# shellcheck disable=SC2154';

/** What stands after `sh -c`, anywhere in a manifest. */
function listCommands(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(listCommands);
  if (!Array.isArray(value)) return inner;
  const at = value.findIndex((word, index) => /(^|\/)(ba)?sh$/.test(String(word)) && value[index + 1] === '-c');
  return at < 0 ? inner : [...inner, String(value[at + 2])];
}

describeWith(['shellcheck'], 'every script that is emitted', () => {
  const scripts = listArtifacts().flatMap(listScripts);
  const places = new Map<string, string>();
  for (const { place, text } of scripts) if (!places.has(text)) places.set(text, place);

  test('is found: of both kinds of hosting, in manifests and in guides', () => {
    const found = scripts.map(({ place }) => place);
    for (const pattern of [
      /^generated\/.*init-pgstac\.sh$/,
      /^examples\/02.*startup-ingest\.sh$/,
      /^examples\/01.*database-init\.yaml: command$/,
      /^virtual machines with passwords from the metadata: .*startup-pgstac\.sh$/,
      /^Cloud SQL, hostile: .*init-postgres\.sh$/,
      /^generated\/default\/README\.md: /,
      /team\/access\.md: /,
    ]) {
      expect(found).toContainEqual(expect.stringMatching(pattern));
    }
  });

  test('gives shellcheck nothing to say', async () => {
    const folder = makeTemporaryFolder('shellcheck');
    const files = [...places].map(([text, place], index) => {
      const file = join(folder, `${index}.sh`);
      writeFileSync(file, text);
      return [file, place] as const;
    });
    // All optional checks, but those that want braces everywhere (2250), that `set -e` holds in conditions (2310, 2311)
    // and pipelines' every code (2312); quoted text that is meant not to expand (2016); and `[[` in bash alone (2292).
    const args = ['--enable=all', '--exclude=SC2250,SC2310,SC2311,SC2312,SC2016,SC2292'];
    const { stdout, stderr, code } = await runProcess('shellcheck', [
      '--format=gcc',
      ...args,
      ...files.map(([file]) => file),
    ]);
    const said = files.reduce((text, [file, place]) => text.replaceAll(`${file}:`, `${place}:`), stdout);
    expect({ code, said, stderr }).toEqual({ code: 0, said: '', stderr: '' });
  }, 120_000);
});
