import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findOwnPackage } from '../own-package.ts';
import type { Finding } from './finding.ts';
import { adviseInstall, type Installer } from './install.ts';
import { isAtLeast, readVersion } from './version.ts';

/** The Node that runs this, against what the package asks for. */
export function lookAtNode(version: string, installer: Installer): Finding {
  const { engines } = JSON.parse(readFileSync(join(findOwnPackage(), 'package.json'), 'utf8'));
  const least = readVersion(engines.node) ?? '';
  if (isAtLeast(version, least)) return { name: 'node', state: 'ok', found: `Node ${version}`, fix: null };
  const found = `Node ${version} is older than ${least}`;
  return { name: 'node', state: 'missing', found, fix: adviseInstall('node', installer) };
}
