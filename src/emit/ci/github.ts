import { yamlValue } from '../../print/yaml.ts';
import { renderTemplate } from '../render.ts';

export interface Workflow {
  /** One that no other workflow of the repository has. */
  readonly name: string;
  /** Of the spec, from the repository's root. */
  readonly spec: string;
  /** The folder whose `package.json` brings `platform`, from the repository's root; `.` is the root itself. */
  readonly install: string;
  /** The branch that pull requests go to. */
  readonly branch: string;
}

/**
 * A GitHub workflow: on a pull request what `compile --check` finds, as annotations, and what the change does, as a
 * comment that is kept up to date; a change that destroys something fails. On a push only the check.
 */
export function renderGithubWorkflow({ name, spec, install, branch }: Workflow): string {
  return renderTemplate('ci/github.yaml', 'yaml', {
    name: yamlValue(name),
    spec: yamlValue(spec),
    install: yamlValue(install),
    branches: yamlValue([branch]),
  });
}
