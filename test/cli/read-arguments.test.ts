import { describe, expect, test } from '@jest/globals';
import { Command } from 'commander';
import { addSpecCommands } from '../../src/cli/spec-commands.ts';
import { type QuickArguments, readArguments } from '../../src/cli/start/read-arguments.ts';
import { makeRandom } from '../support/hostile.ts';

/** What commander reads; null where it ends with help or an error. */
function readByCommander(argv: readonly string[]): Record<string, unknown> | null {
  const program = new Command('platform').enablePositionalOptions().exitOverride();
  program.configureOutput({ writeOut: () => {}, writeErr: () => {} });
  let read: Record<string, unknown> | null = null;
  program.hook('preAction', (_, action) => {
    const { spec, ...options } = action.opts();
    read = { command: action.name(), ...options, spec: action.args[0] ?? spec };
  });
  addSpecCommands(program, async () => {});
  try {
    program.parse([...argv], { from: 'user' });
  } catch {
    return null;
  }
  return read;
}

/** As commander gives them: options of another command are not there, and an option that is not given has no value. */
function spread({ command, spec, env, out, check, force, format }: QuickArguments): Record<string, unknown> {
  const more = command === 'compile' ? { check, force, watch: false, ...(out === undefined ? {} : { out }) } : {};
  return { command, spec, format, ...(env.length === 0 ? {} : { env }), ...more };
}

const words = [
  ...['--check', '--force', '--spec', '--out', '--format', '--env', '--target', '--watch', '--help', '-h', '--version'],
  ...[
    'json',
    'pretty',
    'sarif',
    'prod',
    'dev',
    'a/platform.yaml',
    '',
    '-',
    '--',
    '--out=x',
    '--form',
    '-c',
    '-1',
    'help',
  ],
  ...['validate', 'compile', 'terraform'],
];

function makeArguments(seed: number): readonly string[] {
  const below = makeRandom(seed);
  // Mostly words that may stand there, so that many lists are right.
  const rest = Array.from({ length: below(6) }, () => words[below(below(3) === 0 ? words.length : 16)] ?? '');
  const [command = ''] = [['compile', 'validate', 'diff', '--check'][below(below(8) === 0 ? 4 : 2)]];
  return [command, ...rest];
}

describe('the quick reading of arguments', () => {
  test('of 20,000 lists says what commander says, or leaves them to it', () => {
    const counts = { read: 0, left: 0 };
    for (let seed = 0; seed < 20_000; seed++) {
      const argv = makeArguments(seed);
      const quick = readArguments(argv);
      if (quick !== null) expect([argv, readByCommander(argv)]).toEqual([argv, spread(quick)]);
      counts[quick === null ? 'left' : 'read']++;
    }
    expect(counts.read).toBeGreaterThan(1_000);
    expect(counts.left).toBeGreaterThan(1_000);
  });

  test.each([
    ['compile'],
    ['validate'],
    ['compile', '--check'],
    ['compile', 'spec/platform.yaml', '--env', 'dev', 'prod', '--check'],
    ['compile', '--spec', 'a.yaml', '--out', 'made', '--force', '--format', 'json'],
    ['validate', '--format', 'json', '--env', 'prod'],
  ])('knows `%s %s`', (...argv) => {
    expect(readArguments(argv)).not.toBeNull();
  });
});
