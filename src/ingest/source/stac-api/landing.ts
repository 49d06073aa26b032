import { IngestionFailure } from '../../failure.ts';
import { describeUrl, keepSecure, resolveUrl } from '../link.ts';
import { fetchBody, RefusedRequest, type WebPorts } from '../request.ts';
import { isObject } from './page.ts';

/** What an API says of itself (STAC API, 'Core', 'Landing page'). */
export interface Landing {
  /** Conformance classes; empty where it says none. */
  readonly conformsTo: readonly string[];
  /** Its search, and the methods that it says are for it; null where it links to none. */
  readonly search: { readonly url: string; readonly methods: ReadonlySet<string> } | null;
}

/** Reads the landing page, and the conformance page where only that has the classes. */
export async function readLanding(url: string, ports: WebPorts): Promise<Landing> {
  const landing = await readJson(url, ports);
  const links = listLinks(landing.value, landing.url);
  const searches = links.filter(({ rel }) => rel === 'search');
  const [first] = searches;
  const declared = readClasses(landing.value);
  const elsewhere = declared.length === 0 ? links.find(({ rel }) => rel === 'conformance') : undefined;
  return {
    conformsTo: elsewhere === undefined ? declared : await readConformance(elsewhere.href, ports),
    search:
      first === undefined
        ? null
        : {
            url: first.href,
            methods: new Set(searches.filter(({ href }) => href === first.href).map(({ method }) => method)),
          },
  };
}

async function readConformance(url: string, ports: WebPorts): Promise<readonly string[]> {
  try {
    return readClasses((await readJson(url, ports)).value);
  } catch (error) {
    // One that is not there says nothing.
    if (error instanceof RefusedRequest) return [];
    throw error;
  }
}

async function readJson(url: string, ports: WebPorts) {
  const headers = { accept: 'application/json' };
  return await fetchBody(url, { method: 'GET', headers }, ports, (body, answer) => {
    const value = parseJson(body);
    if (!isObject(value))
      throw new IngestionFailure('source', `${describeUrl(url)} answers with something that is no JSON object`, {
        hint: 'check that source.stacApi.url is the landing page of a STAC API',
      });
    return { value, url: answer.url };
  });
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}

interface Link {
  readonly rel: string;
  /** Resolved, without what a template has between braces. */
  readonly href: string;
  readonly method: string;
}

function listLinks(value: Readonly<Record<string, unknown>>, from: string): readonly Link[] {
  const links = Array.isArray(value['links']) ? (value['links'] as readonly unknown[]) : [];
  return links.flatMap((link) => {
    if (!isObject(link) || typeof link['rel'] !== 'string' || typeof link['href'] !== 'string') return [];
    if (link['rel'] !== 'search' && link['rel'] !== 'conformance') return [];
    const path = `${new URL(from).pathname.replace(/\/$/, '')}/${link['rel']}`;
    const href = keepSecure(resolveUrl(link['href'].replace(/\{[^}]*\}/g, ''), from), from, path);
    return [{ rel: link['rel'], href, method: String(link['method'] ?? 'GET').toUpperCase() }];
  });
}

function readClasses(value: Readonly<Record<string, unknown>>): readonly string[] {
  const classes = value['conformsTo'];
  return Array.isArray(classes) ? classes.filter((one): one is string => typeof one === 'string') : [];
}
