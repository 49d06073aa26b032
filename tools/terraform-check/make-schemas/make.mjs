// node make.mjs: writes ../schemas/*.json anew from the published packages that sources.mjs names. Needs npm, tar, pip and
// the registries. The result is committed: this runs again only where sources.mjs changes.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCdktfBlock } from './read-cdktf.mjs';
import { markBlock } from './read-pulumi.mjs';
import { dataSources, packages, resources } from './sources.mjs';

const schemas = join(import.meta.dirname, '../schemas');
const work = mkdtempSync(join(tmpdir(), 'make-schemas-'));
try {
  for (const provider of Object.keys(packages)) writeFileSync(join(schemas, `${provider}.json`), makeSchema(provider));
} finally {
  rmSync(work, { recursive: true });
}

/** A provider's schema as `providers schema -json` has it, a type a line: so a change of the set is a readable diff. */
function makeSchema(provider) {
  const { npm, python, version, address } = packages[provider];
  const folders = { classes: unpackNpm(provider, npm), python: unpackPython(provider, python) };
  const providerBlock = readBlock(folders, 'provider', 'provider');
  const list = (types, prefix) =>
    Object.entries(types).map(([type, path]) => {
      const folder = prefix + type.replace(/^[a-z]+_/, '').replaceAll('_', '-');
      const schema = { version: 0, block: readBlock(folders, folder, path) };
      return `${JSON.stringify(type)}:${JSON.stringify(schema)}`;
    });
  const from = `${npm}; deprecated and write_only: ${python}`;
  return `{"from":${JSON.stringify(from)},"provider_version":"${version}",
"provider_schemas":{"registry.terraform.io/${address}":{
"provider":${JSON.stringify(providerBlock)},
"resource_schemas":{
${list(resources[provider], '').join(',\n')}
},
"data_source_schemas":{
${list(dataSources[provider], `data-${provider}-`).join(',\n')}
}}}}
`;
}

function readBlock({ classes, python }, folder, path) {
  const block = readCdktfBlock(classes, folder);
  markBlock(block, path, python);
  return block;
}

/** The folder of an npm package's classes. */
function unpackNpm(provider, name) {
  const folder = join(work, provider);
  mkdirSync(folder);
  execFileSync('npm', ['pack', '--silent', name], { cwd: folder });
  execFileSync('tar', ['xzf', readdirSync(folder)[0]], { cwd: folder });
  return join(folder, 'package/lib');
}

/** What reads a file of a Python package; undefined where it has none of that name. */
function unpackPython(provider, name) {
  const folder = join(work, `${provider}-python`);
  execFileSync('pip', ['install', '--quiet', '--root-user-action=ignore', '--no-deps', '--target', folder, name]);
  const package_ = readdirSync(folder).find((entry) => /^pulumi_\w+$/.test(entry));
  return (path) => {
    const file = join(folder, package_, path);
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  };
}
