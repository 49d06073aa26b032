import type { Source } from '../../model/platform.ts';
import type { Period } from '../item/period.ts';
import type { Ports } from '../ports.ts';
import { openCatalog } from './catalog.ts';
import type { OpenSource } from './document.ts';
import { openFiles } from './files.ts';
import { openStacApi } from './stac-api.ts';

/** Opens what a pipeline reads from. Nothing is read before it is asked for. */
export function openSource(source: Source, options: { ports: Ports; periods: readonly Period[] }): OpenSource {
  const { ports, periods } = options;
  switch (source.kind) {
    case 'files':
      return openFiles(source.files, ports.files);
    case 'stacApi':
      return openStacApi(source, periods, ports);
    case 'catalog':
      return openCatalog(source.location, ports);
    default:
      return source satisfies never;
  }
}
