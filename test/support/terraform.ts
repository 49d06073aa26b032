import { delimiter, join } from 'node:path';
import { findTestCache } from './cache.ts';
import { withLock } from './lock.ts';
import { projectRoot } from './root.ts';
import { type RunResult, runOrThrow, runProcess } from './run.ts';

const tool = join(projectRoot, 'tools/terraform-check');

/**
 * Terraform core's `fmt -check`, `init`, `validate` and `test` over each folder of .tf files, offline; code 0 where all
 * hold, and stdout names each step. The first call on a machine sets the tool up, which takes minutes. The suite needs
 * `go` and `python`.
 */
export async function checkTerraform(folders: readonly string[]): Promise<RunResult> {
  const cache = findTestCache();
  const home = join(cache, 'terraform-check');
  // Debian's and Go's own places of the go command: it is often on no PATH.
  const path = [process.env['PATH'], '/usr/local/go/bin', '/usr/lib/go/bin'].join(delimiter);
  const env = { ...process.env, PATH: path, TERRAFORM_CHECK_HOME: home };
  // Its setup starts by removing what is there: two at once would undo each other.
  await withLock(join(cache, 'terraform-check.lock'), () =>
    runOrThrow(join(tool, 'setup'), [], { env, timeout: 900_000 }),
  );
  return runProcess(join(tool, 'check'), folders, { env, timeout: 600_000 });
}
