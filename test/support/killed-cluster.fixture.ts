import { test } from '@jest/globals';
import { startCluster } from './kubernetes.ts';

// Run by kubernetes.test.ts in a Jest of its own, which it kills once the path of the kubeconfig is printed.
test('starts a cluster and never ends', async () => {
  const { kubeconfig } = await startCluster();
  process.stderr.write(`kubeconfig ${kubeconfig}\n`);
  await new Promise(() => {});
}, 900_000);
