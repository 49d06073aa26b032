import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findMistakes } from '../../src/spec/find-mistakes.ts';
import type { ValidSpec } from '../../src/spec/validate.ts';
import { openTrace, type Trace } from '../../src/trace/trace.ts';
import { projectRoot } from '../support/root.ts';

/** Specs that between them write every key. */
export const specs = [
  'spec/platform.yaml',
  'examples/01-cloud-sql/platform.yaml',
  'examples/02-virtual-machines/platform.yaml',
  'examples/03-bootstrap-terraform/platform.yaml',
  'test/diff/full-cloud-sql.yaml',
  'test/diff/full-endpoint.yaml',
  'test/diff/full-virtual-machines.yaml',
] as const;

export function readSpec(file: string, text = readFileSync(join(projectRoot, file), 'utf8')): ValidSpec {
  const checked = findMistakes({ path: file, text });
  if (!checked.ok) throw new Error(JSON.stringify(checked.diagnostics, null, 2));
  return checked.value;
}

/** The traces of every environment of a spec of this repository. */
export function openAll(file: string): readonly Trace[] {
  const text = readFileSync(join(projectRoot, file), 'utf8');
  const spec = readSpec(file, text);
  return spec.environments.map(({ name }) => openTrace(spec, name, text));
}

/** The trace of the sample. */
export function openSample(): Trace {
  const [trace] = openAll('spec/platform.yaml');
  if (trace === undefined) throw new Error('the sample has one environment');
  return trace;
}
