import type { Artifact } from '../artifact/artifact.ts';
import type { Pipeline, Platform } from '../model/platform.ts';
import { envName, envValue } from '../print/env.ts';
import { pythonIdentifier, pythonString } from '../print/python.ts';
import { listPodVariables, listVariables } from './metaflow/variables.ts';
import { renderTemplate } from './render.ts';
import type { Target } from './target.ts';

/**
 * What runs the pipelines: Metaflow's configuration, a flow for each pipeline with the modules they share (Metaflow
 * packages every `.py` of a flow's folder), and the environment's own smoke test and pytest.
 */
export const metaflowTarget: Target = {
  name: 'metaflow',
  emit(platform) {
    return [emitConfig(platform), ...emitFlows(platform), ...emitTests(platform)];
  },
};

function emitConfig(platform: Platform): Artifact {
  const variables = listVariables(platform).map(({ name, value }) => ({ name: envName(name), value: envValue(value) }));
  const text = renderTemplate('metaflow/metaflow_gcp.env', 'env', { variables });
  // No line at all where there is neither Metaflow nor a login; a file still ends in a newline.
  return { path: 'configs/metaflow_gcp.yaml', text: text === '' ? '\n' : text };
}

function emitFlows(platform: Platform): readonly Artifact[] {
  if (platform.pipelines.length === 0) return [];
  const runner = renderTemplate('metaflow/platform_runner.py', 'python', {});
  return [
    emitEnvironment(platform),
    { path: 'metaflow_flows/platform_card.py', text: renderTemplate('metaflow/platform_card.py', 'python', {}) },
    { path: 'metaflow_flows/platform_runner.py', text: runner },
    ...platform.pipelines.map(emitFlow),
  ];
}

function emitEnvironment(platform: Platform): Artifact {
  const text = renderTemplate('metaflow/platform_environment.py', 'python', {
    environment: pythonString(platform.environment),
    podVariables: listPodVariables(platform).map(({ name, value }) => ({
      name: pythonString(name),
      value: pythonString(value),
    })),
  });
  return { path: 'metaflow_flows/platform_environment.py', text };
}

function emitFlow(pipeline: Pipeline): Artifact {
  const module = `${pipeline.fileStem}_ingestion_flow`;
  const text = renderTemplate('metaflow/flow.py', 'python', {
    module: pythonIdentifier(module),
    className: pythonIdentifier(`${pipeline.className}IngestionFlow`),
    pipeline: pythonString(pipeline.name),
  });
  return { path: `metaflow_flows/${module}.py`, text };
}

function emitTests(platform: Platform): readonly Artifact[] {
  const view = {
    platform: pythonString(platform.name),
    environment: pythonString(platform.environment),
    project: pythonString(platform.gcp.project),
  };
  const always: readonly Artifact[] = [
    { path: 'main.py', text: renderTemplate('project/main.py', 'python', view) },
    { path: 'tests/test_environment.py', text: renderTemplate('project/test_environment.py', 'python', view) },
  ];
  if (platform.pipelines.length === 0) return always;
  const ofFlows = (['test_flows.py', 'test_platform_card.py', 'test_platform_runner.py'] as const).map((name) => ({
    path: `tests/${name}`,
    text: renderTemplate(`project/${name}`, 'python', {}),
  }));
  return [...always, ...ofFlows];
}
