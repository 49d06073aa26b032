import { renderReadme } from './readme.ts';
import type { Target } from './target.ts';
import { renderAccess } from './team/access.ts';
import { renderPgadmin } from './team/pgadmin.ts';

/** What people read and import: the environment's user guide, and how each of them gets in. */
export const teamTarget: Target = {
  name: 'team',
  emit: (platform) => [
    { path: 'README.md', text: renderReadme(platform) },
    { path: 'team/access.md', text: renderAccess(platform) },
    { path: 'team/pgadmin-servers.json', text: renderPgadmin(platform) },
  ],
};
