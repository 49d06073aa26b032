import { readFile } from 'node:fs/promises';

/** What installs programs on this machine. */
export type Installer = 'apt' | 'dnf' | 'brew' | 'winget' | 'page';

/** By the system's own description of itself; `page` where it is none of those that have a command here. */
export async function findInstaller(): Promise<Installer> {
  if (process.platform === 'darwin') return 'brew';
  if (process.platform === 'win32') return 'winget';
  return readInstaller(await readFile('/etc/os-release', 'utf8').catch(() => ''));
}

/** Of an os-release file (freedesktop.org, os-release(5)): ID, and ID_LIKE for what is derived from another. */
export function readInstaller(osRelease: string): Installer {
  const names = [...osRelease.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)"?$/gm)].flatMap(([, value = '']) => value.split(' '));
  if (names.some((name) => name === 'debian' || name === 'ubuntu')) return 'apt';
  return names.some((name) => name === 'fedora' || name === 'rhel') ? 'dnf' : 'page';
}

type Installable = 'node' | 'python' | 'pip' | 'terraform' | 'kubectl' | 'gcloud';

/** A page everywhere, and a command where the system's own packages have what is wanted, new enough. */
const ways: Readonly<Record<Installable, Partial<Record<Installer, string>> & { readonly page: string }>> = {
  node: {
    brew: 'brew install node',
    winget: 'winget install OpenJS.NodeJS.LTS',
    page: 'https://nodejs.org/en/download',
  },
  python: {
    apt: 'sudo apt-get install python3',
    dnf: 'sudo dnf install python3',
    brew: 'brew install python',
    winget: 'winget install Python.Python.3.13',
    page: 'https://www.python.org/downloads/',
  },
  pip: {
    apt: 'sudo apt-get install python3-pip',
    dnf: 'sudo dnf install python3-pip',
    brew: 'brew install uv',
    winget: 'winget install astral-sh.uv',
    page: 'https://docs.astral.sh/uv/getting-started/installation/',
  },
  terraform: {
    brew: 'brew install hashicorp/tap/terraform',
    winget: 'winget install Hashicorp.Terraform',
    page: 'https://developer.hashicorp.com/terraform/install',
  },
  kubectl: {
    brew: 'brew install kubectl',
    winget: 'winget install Kubernetes.kubectl',
    page: 'https://kubernetes.io/docs/tasks/tools/',
  },
  gcloud: {
    brew: 'brew install --cask gcloud-cli',
    winget: 'winget install Google.CloudSDK',
    page: 'https://cloud.google.com/sdk/docs/install',
  },
};

/** The command that installs it here, or its page. */
export function adviseInstall(what: Installable, installer: Installer): string {
  return ways[what][installer] ?? ways[what].page;
}
