import type { Fragment } from '../../print/fragment.ts';
import { yamlComment, yamlKey, yamlValue } from '../../print/yaml.ts';
import { renderTemplate, type View } from '../render.ts';
import type { Answers, PipelineAnswer } from './answers.ts';

type YamlView = View<'yaml'>;

/**
 * The commented spec of the answers, whatever they are: only the spec's own rules, read over this text, say whether they
 * are right. `schema` is where editors find the schema: a path from the spec's folder.
 */
export function renderSpec(answers: Answers, schema: string): string {
  const { name, project, region, network, hosting, pgstac, kubernetes, metaflow, pipeline, environments } = answers;
  const cloudSql = hosting.kind === 'cloudSql';
  return renderTemplate('init/platform.yaml', 'yaml', {
    schema: yamlComment(schema),
    name: yamlValue(name),
    project: yamlValue(project),
    region: yamlValue(region),
    network: yamlValue(network),
    terraformState: yamlValue(`gs://${project}-terraform-state/${name}`),
    cloudSql,
    machines: cloudSql ? null : { zone: yamlValue(hosting.zone), clients: yamlValue(hosting.clients) },
    pgstac: yamlValue(pgstac),
    workload: kubernetes !== null || metaflow !== null,
    zone: yamlValue(cloudSql ? `${region}-b` : hosting.zone),
    kubernetes: kubernetes === null ? null : { version: yamlValue(kubernetes) },
    metaflow: metaflow && {
      datastore: yamlValue(metaflow.datastore),
      service: metaflow.service === null ? null : yamlValue(metaflow.service),
      image: yamlValue(metaflow.image),
    },
    bucket: yamlValue(`gs://${project}-metaflow`),
    image: yamlValue(`${region}-docker.pkg.dev/${project}/platform/runner:1.0.0`),
    pipeline: pipeline && viewPipeline(pipeline),
    devGcp: yamlValue({ project: `${project}-dev`, network: moveNetwork(network, project, `${project}-dev`) }),
    environments:
      environments.length > 0 &&
      environments.map((environment, index) => ({
        name: nameKey(environment.name),
        gcp: environment.project !== null && {
          project: yamlValue(environment.project),
          network: yamlValue(moveNetwork(network, project, environment.project)),
        },
        small: index < environments.length - 1,
        plain: index === environments.length - 1 && environment.project === null,
        cloudSql,
      })),
  });
}

function viewPipeline({ name, source }: PipelineAnswer): YamlView {
  return {
    name: nameKey(name),
    api: source.kind === 'stacApi' && {
      url: yamlValue(source.url),
      collections: yamlValue(source.collections),
      bbox: source.bbox && yamlValue(source.bbox),
      datetime: source.datetime === null ? null : yamlValue(source.datetime),
    },
    files: source.kind === 'files' && yamlValue(source.files),
    catalog: source.kind === 'catalog' && yamlValue(source.catalog),
  };
}

/** The network of the same name in another project; one that is shared from a third project is where it was. */
function moveNetwork(network: string, from: string, to: string): string {
  const own = `projects/${from}/`;
  return network.startsWith(own) ? `projects/${to}/${network.slice(own.length)}` : network;
}

/** YAML has no key of more than 1,024 characters; the spec refuses a name long before that, and so what is left of it. */
const nameKey = (name: string): Fragment<'yaml'> => yamlKey([...name].slice(0, 100).join(''));
