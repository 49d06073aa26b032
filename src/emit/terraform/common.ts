import type { Artifact } from '../../artifact/artifact.ts';
import type { Platform } from '../../model/platform.ts';
import { providers } from '../../model/providers.ts';
import type { Fragment } from '../../print/fragment.ts';
import { hclComment, hclMap, hclString } from '../../print/hcl.ts';
import { renderTemplate, type TemplateName, type View } from '../render.ts';

export type HclView = { readonly [key: string]: View<'hcl'> };

/** One `.tf` file of a folder, from the template of the same name. */
export function emitHcl(folder: string, template: TemplateName, view: HclView): Artifact {
  const file = String(template).split('/').at(-1);
  return { path: `${folder}/${file}`, text: renderTemplate(template, 'hcl', view) };
}

/**
 * Where the state is, or null for a file beside the configuration. Each environment and each folder has a state of its
 * own: two that shared one would destroy each other's resources.
 */
export function viewBackend(platform: Platform, ...folder: readonly string[]): HclView | null {
  const state = platform.gcp.terraformState;
  if (state === null) return null;
  const named = platform.prefix !== platform.name;
  const path = [state.prefix, ...(named ? [platform.environment] : []), ...folder].filter((part) => part !== '');
  return { bucket: hclString(state.bucket), prefix: hclString(path.join('/')) };
}

/** What `versions.tf` asks of Terraform. */
export function viewProviders(uses: { readonly postgresql: boolean }): HclView {
  const view = ({ source, versions }: { source: string; versions: string }) => ({
    source: hclString(source),
    version: hclString(versions),
  });
  return { google: view(providers.google), postgresql: uses.postgresql ? view(providers.postgresql) : null };
}

export function viewLabels(platform: Platform): Fragment<'hcl'> {
  return hclMap(
    platform.labels.map(({ key, value }) => [key, hclString(value)]),
    1,
  );
}

/** The network's project, which a shared VPC makes another one, and its name: both for comments. */
export function viewNetwork(platform: Platform): { networkProject: Fragment<'hcl'>; networkName: Fragment<'hcl'> } {
  const [, project = '', , , name = ''] = platform.gcp.network.split('/');
  return { networkProject: hclComment(project), networkName: hclComment(name) };
}

/** The APIs a folder needs, as `google_project_service` names them. */
export function viewServices(names: readonly string[]): readonly Fragment<'hcl'>[] {
  return [...names].sort().map((name) => hclString(`${name}.googleapis.com`));
}
