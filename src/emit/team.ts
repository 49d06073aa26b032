import { renderReadme } from './readme.ts';
import type { Target } from './target.ts';
import { renderAccess } from './team/access.ts';
import { renderOffboarding } from './team/offboarding.ts';
import { renderPgadmin } from './team/pgadmin.ts';
import { renderRotation } from './team/rotation.ts';

/** What people read and import: the environment's user guide, and how each of them gets in. */
export const teamTarget: Target = {
  name: 'team',
  emit: (platform) => [
    { path: 'README.md', text: renderReadme(platform) },
    { path: 'team/access.md', text: renderAccess(platform) },
    { path: 'team/offboarding.md', text: renderOffboarding(platform) },
    { path: 'team/pgadmin-servers.json', text: renderPgadmin(platform) },
    { path: 'team/rotation.md', text: renderRotation(platform) },
  ],
};
