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
  for (const file of Object.keys(packages)) writeFileSync(join(schemas, `${file}.json`), makeSchema(file));
} finally {
  rmSync(work, { recursive: true });
}

/** A provider's schema as `providers schema -json` has it, a type a line: so a change of the set is a readable diff. */
function makeSchema(file) {
  const { provider, classes, python, version, address } = packages[file];
  const folders = { classes: unpackClasses(file, classes), python: readPython(`${file}-python`, python) };
  const providerBlock = readBlock(folders, 'provider', 'provider');
  const list = (types, prefix) =>
    Object.entries(types).map(([type, path]) => {
      const folder = prefix + type.replace(/^[a-z]+_/, '').replaceAll('_', '-');
      const schema = { version: 0, block: readBlock(folders, folder, path) };
      return `${JSON.stringify(type)}:${JSON.stringify(schema)}`;
    });
  const from = `${classes.npm ?? classes.python}; deprecated and write_only: ${python}`;
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

/** The folder of a package's classes: an npm package, or the one that a Python package was made from and brings. */
function unpackClasses(file, { npm, python }) {
  const folder = join(work, file);
  mkdirSync(folder);
  if (python !== undefined) installPython(folder, python);
  else execFileSync('npm', ['pack', '--silent', npm], { cwd: folder });
  const archive = readdirSync(folder, { recursive: true }).find((name) => name.endsWith('.tgz'));
  execFileSync('tar', ['xzf', archive], { cwd: folder });
  return join(folder, 'package/lib');
}

/** What reads a file of a Python package of Pulumi; undefined where it has none of that name. */
function readPython(name, requirement) {
  const folder = join(work, name);
  installPython(folder, requirement);
  const package_ = readdirSync(folder).find((entry) => /^pulumi_\w+$/.test(entry));
  return (path) => {
    const file = join(folder, package_, path);
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  };
}

function installPython(folder, requirement) {
  const options = ['--quiet', '--root-user-action=ignore', '--no-compile', '--no-deps', '--target', folder];
  execFileSync('pip', ['install', ...options, requirement]);
}
