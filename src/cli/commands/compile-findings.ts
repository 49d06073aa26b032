import { guarded, type PlannedFile, type Reason } from '../../artifact/plan.ts';
import type { FileFinding, FileRule } from '../../diagnostic/report.ts';

const rules: Readonly<Record<Reason, FileRule>> = {
  missing: {
    id: 'file-missing',
    title: 'A generated file is missing',
    text: 'The spec compiles to this file and it is not there. Compile, and commit what was written.',
  },
  stale: {
    id: 'file-stale',
    title: 'A generated file is stale',
    text: 'The spec, or the compiler, changed since this file was written. Compile, and commit what was written.',
  },
  powerless: {
    id: 'file-not-executable',
    title: 'A generated script cannot be run',
    text: 'It lost the permission to be executed. Compile, and commit what was written; on Windows: git update-index --chmod=+x FILE.',
  },
  edited: {
    id: 'file-edited',
    title: 'A generated file was edited by hand',
    text: 'What was written here is lost at the next compile with --force. Say it in the spec, then compile with --force.',
  },
  foreign: {
    id: 'file-foreign',
    title: 'A file that platform did not write stands where one of its own belongs',
    text: 'It is not written over. Move it away, or compile with --force.',
  },
  unknown: {
    id: 'file-unknown',
    title: 'A file that is not known to be ours',
    text: 'The lock that would say so cannot be read, mostly after a merge conflict. Look at the file, then compile with --force.',
  },
  orphaned: {
    id: 'file-orphaned',
    title: 'A generated file that is no longer made',
    text: 'The spec no longer compiles to this file. Compile, and commit that it is gone.',
  },
  unfinished: {
    id: 'file-unfinished',
    title: 'A compile was cut short and left its staging folder',
    text: 'The next compile finishes what it began, and removes the folder.',
  },
};

/** Each file that differs as a finding, with the command that mends it. `out` is the output folder as shown. */
export function describeFiles(
  out: string,
  files: readonly PlannedFile[],
  again: (...flags: readonly string[]) => string,
): readonly FileFinding[] {
  return files.map(({ path, reason }) => {
    const command = guarded.has(reason) ? again('--force') : again();
    const rule = rules[reason];
    return { rule, message: `${rule.title}. To mend: ${command}`, file: `${out}/${path}` };
  });
}
