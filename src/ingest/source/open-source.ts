import type { Source } from '../../model/platform.ts';
import { openCatalog } from './catalog.ts';
import type { OpenSource } from './document.ts';
import { openFiles } from './files.ts';
import { HostTurns, noLimits } from './host-turns.ts';
import type { SourceOptions } from './source-options.ts';
import { openStacApi } from './stac-api/open.ts';

/** Opens what a pipeline reads from. Nothing is read before it is asked for. */
export function openSource(source: Source, options: SourceOptions): OpenSource {
  // A host that asks one request to come back later means all of them.
  const ports = { ...options.ports, turns: new HostTurns(noLimits, options.ports) };
  switch (source.kind) {
    case 'files':
      return openFiles(source.files, ports);
    case 'stacApi':
      return openStacApi(source, options);
    case 'catalog':
      return openCatalog(source.location, ports);
    default:
      return source satisfies never;
  }
}
