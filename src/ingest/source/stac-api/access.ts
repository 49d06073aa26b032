import type { StacApiSource } from '../../../model/platform.ts';
import { extendUrl } from '../link.ts';
import type { WebPorts } from '../request.ts';
import { checkConformance, speaksCql2Json } from './conformance.ts';
import { type Landing, readLanding } from './landing.ts';
import type { SearchAccess } from './pages.ts';
import { describeQuery, findUnsendable, type Search } from './search.ts';

/**
 * Looks at the API's landing page, refuses what the API does not say it can do, and says how its search is asked: by POST,
 * or by GET where its links name that alone and the search can be asked so.
 */
export async function prepareAccess(source: StacApiSource, ports: WebPorts): Promise<SearchAccess> {
  const landing = await readLanding(source.url, ports);
  checkConformance(source.url, landing, source, (message) => ports.report({ kind: 'warning', message }));
  const { url, methods } = landing.search ?? { url: extendUrl(source.url, 'search'), methods: new Set(['POST']) };
  const explain = (search: Search) => findUnsendable(source, describeQuery(search)) ?? findUnspoken(source, landing);
  return {
    url,
    prefersGet: !methods.has('POST'),
    query: (search) => {
      const problem = explain(search);
      return problem === null ? { kind: 'query', query: describeQuery(search) } : { kind: 'unsendable', problem };
    },
  };
}

/** In a URL a filter is CQL2 text unless told otherwise, and only an API that knows JSON can be told. */
function findUnspoken({ filter }: StacApiSource, landing: Landing): string | null {
  if (filter === null || speaksCql2Json(landing)) return null;
  return 'filter is CQL2 JSON, and the API does not say that it reads that in a URL (conf/cql2-json)';
}
