import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { cleanEnvironment, runCli } from '../support/cli.ts';
import { describeWith, type Need } from '../support/needs.ts';
import { projectRoot } from '../support/root.ts';
import { runOrThrow } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { typeIntoShell } from '../support/typed-shell.ts';

const spec = `${readFileSync(join(projectRoot, 'spec/platform.yaml'), 'utf8')}
environments:
  development: {}
  production: { pipelines: { landsat: { source: { files: [a.json] } } } }
`;

function project(): string {
  const folder = makeTemporaryFolder('completion');
  mkdirSync(join(folder, 'spec'));
  writeFileSync(join(folder, 'spec/platform.yaml'), spec);
  return folder;
}

describe('platform __complete', () => {
  const cwd = project();
  test.each<[string[], string[]]>([
    [['com'], ['compile', 'completion']],
    [
      ['db', ''],
      ['init', 'status', 'help'],
    ],
    [
      ['compile', '--format', ''],
      ['pretty', 'json', 'sarif', 'github'],
    ],
    [
      ['diff', '--format', ''],
      ['pretty', 'json', 'markdown'],
    ],
    [['compile', '--format=s'], ['--format=sarif']],
    [
      ['compile', '--env', ''],
      ['development', 'production'],
    ],
    [['compile', '--env', 'production', 'd'], ['development']],
    [['ingest', '--env', 'production', 'l'], ['landsat']],
    [
      ['ingest', 's'],
      ['status', 'sentinel2'],
    ],
    [['ingest', 'status', '--pipeline', 'l'], ['landsat']],
    [['ingest', '--limit', ''], []],
    [['compile', '--check', '--ch'], []],
    [['validate', ''], [':files']],
    [['validate', '--spec', 'x'], [':files']],
    [['compile', '--out', ''], [':folders']],
    [['init', ''], [':folders']],
    [['init', '--hosting', 'v'], ['virtualMachines']],
    [['init', 'maps', '--files', ''], [':files']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['explain', 'PF20'], [...'123456789'].map((digit) => `PF20${digit}`).concat(':files')],
    [['nonsense', 'PF'], []],
    [['verify', '--limit=x', '--s'], ['--spec']],
    [['compile', '--', '--ch'], [':files']],
  ])('%j', async (words, wanted) => {
    const { code, stdout, stderr } = await runCli(['__complete', '--', ...words], { cwd });
    const found = stdout.split('\n').filter((line) => line !== '');
    expect([code, stderr]).toEqual([0, '']);
    expect(found.map((line) => line.split('\t')[0])).toEqual(wanted);
  });

  test('a spec that is broken, or none: no names and no words', async () => {
    const folder = makeTemporaryFolder();
    const run = () => runCli(['__complete', '--', 'ingest', '--env', ''], { cwd: folder });
    expect(await run()).toEqual({ code: 0, stdout: 'default\t\n', stderr: '' });
    writeFileSync(join(folder, 'platform.yaml'), 'environments: [');
    expect(await run()).toEqual({ code: 0, stdout: 'default\t\n', stderr: '' });
  });

  test('it is not in the help', async () => {
    expect((await runCli(['--help'])).stdout).not.toContain('__complete');
  });
});

const shells: readonly { readonly need: Need; readonly command: string; readonly setUp: string }[] = [
  { need: 'bash', command: 'bash --norc --noprofile -i', setUp: 'source <(platform completion bash)' },
  {
    need: 'zsh',
    command: 'zsh -f -i',
    setUp: 'autoload -Uz compinit; compinit -u -D; setopt noautoremoveslash; source <(platform completion zsh)',
  },
  {
    need: 'fish',
    command: "fish --no-config -i -C 'function fish_prompt; printf READY\\>; end'",
    setUp: 'platform completion fish | source',
  },
];

describe.each(shells)('typed into $need', ({ need, command, setUp }) => {
  describeWith([need, 'script'], need, () => {
    const cwd = project();
    const called = join(cwd, 'called');
    const env = { ...cleanEnvironment('empty'), PATH: `${join(cwd, 'bin')}:${process.env['PATH']}` };
    mkdirSync(join(cwd, 'bin'));
    // What the shell makes of the keys is what it calls: written down, but for the completion itself.
    const main = join(projectRoot, 'dist/cli/main.js');
    const recorder = `#!/bin/sh
case $1 in __complete | completion) exec '${process.execPath}' '${main}' "$@" ;; esac
{ printf '<%s>' "$@"; echo; } >>'${called}'\n`;
    writeFileSync(join(cwd, 'bin/platform'), recorder);
    chmodSync(join(cwd, 'bin/platform'), 0o755);

    test('TAB completes commands, options, choices, names and files', async () => {
      const lines = [
        setUp,
        'platform val\t--form\tgit\t',
        'platform compi\t--env dev\t--che\t',
        'platform compile --format=sar\t',
        'platform ingest lands\t',
        'platform validate --spec spec/pla\t',
        'platform compile --out=spe\t',
      ];
      await typeIntoShell(command, lines, { cwd, env });
      expect(readFileSync(called, 'utf8').split('\n')).toEqual([
        '<validate><--format><github>',
        '<compile><--env><development><--check>',
        '<compile><--format=sarif>',
        '<ingest><landsat>',
        '<validate><--spec><spec/platform.yaml>',
        '<compile><--out=spec/>',
        '',
      ]);
    });
  });
});

describeWith(['shellcheck'], "the script for bash, read by its own language's checker", () => {
  test('has nothing to mend', async () => {
    await runOrThrow('shellcheck', ['--shell=bash', join(projectRoot, 'templates/completion/platform.bash')]);
  });
});
