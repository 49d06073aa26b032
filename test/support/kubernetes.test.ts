import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { startCluster } from './kubernetes.ts';
import { describeWith } from './needs.ts';
import { nestJest } from './nested-jest.ts';
import { projectRoot } from './root.ts';
import { runOrThrow } from './run.ts';

/** The first cluster on a machine is built first. */
const whileBuilding = 900_000;

describeWith(['etcd', 'go'], 'startCluster', () => {
  test(
    'gives a cluster of its own, whose users may do what they were granted, and leaves nothing',
    async () => {
      const cluster = await startCluster([{ name: 'ana@example.org', groups: ['readers@example.org'] }]);
      const { kubectl, tryKubectl } = cluster;
      await kubectl(['create', 'job', 'count', '--image=none', '--', 'true']);
      await kubectl(['wait', 'pod', '--selector=job-name=count', '--for=create']);
      const granted = ['--clusterrole=view', '--group=readers@example.org'];
      await kubectl(['create', 'rolebinding', 'readers', '--namespace=default', ...granted]);

      const ana = { as: 'ana@example.org' };
      expect(await kubectl(['auth', 'whoami', '--output=jsonpath={.status.userInfo.groups}'], ana)).toBe(
        '["readers@example.org","system:authenticated"]',
      );
      expect(await kubectl(['get', 'jobs', '--output=name'], ana)).toBe('job.batch/count\n');
      expect((await tryKubectl(['delete', 'job', 'count'], ana)).stderr).toContain('Forbidden');
      const account = { as: 'system:serviceaccount:default:default' };
      expect((await tryKubectl(['get', 'jobs'], account)).stderr).toContain('Forbidden');

      const itsOwn = [`--kubeconfig=${await cluster.kubeconfigOf('ana@example.org')}`, 'get', 'jobs', '--output=name'];
      expect((await runOrThrow(cluster.kubectlPath, itsOwn)).stdout).toBe('job.batch/count\n');

      await cluster.stop();
      await cluster.stop();
      expect(existsSync(dirname(cluster.kubeconfig))).toBe(false);
      expect((await tryKubectl(['get', 'jobs', '--request-timeout=1s'])).code).not.toBe(0);
    },
    whileBuilding,
  );

  test(
    'ends with the process that started it, even when that one is killed',
    async () => {
      const child = spawn(process.execPath, nestJest('test/support/killed-cluster.fixture.ts'), {
        cwd: projectRoot,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let printed = '';
      for await (const text of child.stderr.setEncoding('utf8')) {
        printed += text;
        if (/kubeconfig .*\n/.test(printed)) break;
      }
      const folder = dirname(/kubeconfig (.*)\n/.exec(printed)?.[1] ?? '/nowhere/');
      expect(existsSync(folder)).toBe(true);
      child.kill('SIGKILL');
      for (let waited = 0; existsSync(folder) && waited < 30_000; waited += 50) await sleep(50);
      expect(existsSync(folder)).toBe(false);
    },
    whileBuilding,
  );
});
