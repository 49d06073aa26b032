import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { ViewDocument } from '../../src/view/document.ts';
import { runCli } from '../support/cli.ts';
import { projectRoot } from '../support/root.ts';
import { makeProject } from './sample-project.ts';

/** The data of a page that was written. */
function readPage(path: string): ViewDocument {
  const found = /<script type="application\/json" id="document">(.*?)<\/script>/s.exec(readFileSync(path, 'utf8'));
  return JSON.parse(found?.[1] ?? '') as ViewDocument;
}

describe('platform view', () => {
  test('writes one file beside the spec and says where it is', async () => {
    const cwd = makeProject();
    const result = await runCli(['view', '--format', 'json'], { cwd });
    expect(result).toMatchObject({ code: 0, stderr: expect.stringMatching(/^pgstac .*\ningest .*\n$/) });
    expect(JSON.parse(result.stdout)).toEqual({ file: '.platform/view.html', bytes: expect.any(Number) });
    expect(readPage(join(cwd, '.platform/view.html'))).toMatchObject({
      name: 'sentinel2',
      spec: { path: 'spec/platform.yaml' },
      environments: [{ name: 'default', project: 'acme-earth', region: 'europe-west1' }],
    });
  });

  test('shows every environment, or the one that was asked for', async () => {
    const cwd = makeProject(readFileSync(join(projectRoot, 'examples/01-cloud-sql/platform.yaml'), 'utf8'));
    const namesOf = async (args: readonly string[]) => {
      const { code, stdout } = await runCli(['view', '--out', 'page.html', ...args], { cwd });
      expect([code, stdout]).toEqual([0, expect.stringMatching(/^page\.html \(\d+ KB\): open it in a browser\n$/)]);
      return readPage(join(cwd, 'page.html')).environments.map(({ name }) => name);
    };
    expect(await namesOf([])).toEqual(['dev', 'prod']);
    expect(await namesOf(['--env', 'prod'])).toEqual(['prod']);
  });

  test('says why a page cannot be written, and what to do', async () => {
    const cwd = makeProject();
    const { code, stderr } = await runCli(['view', '--out', 'spec'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toMatch(/cannot write spec: .*\n.*name another file with --out/);
    expect(readdirSync(cwd)).toEqual(['spec']);
  });
});
