import { expect, test } from '@jest/globals';
import { resolveSpec } from '../../src/compile.ts';

test('what is not done yet, and harms nothing, is a warning', async () => {
  const text = `apiVersion: platform/v1
name: sentinel2
gcp: { project: acme-earth, region: europe-west1, network: projects/acme-earth/global/networks/main }
hosting: { cloudSql: {} }
pipelines:
  one: { source: { files: [a.json] }, download: { assets: [thumbnail], to: assets } }
`;
  const resolved = await resolveSpec({ path: 'platform.yaml', text });
  expect(resolved).toMatchObject({
    ok: true,
    warnings: [{ code: 'PF211', severity: 'warning', range: { start: { line: 6 } } }],
  });
});
