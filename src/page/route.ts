import { useEffect, useState } from 'preact/hooks';

export const sections = ['architecture', 'artifacts', 'changes', 'costs', 'items', 'runs'] as const;
export type Section = (typeof sections)[number];

/**
 * What is shown: the address says it after its `#`, as `prod/architecture/pooler`, so that it can be gone back to and
 * shared.
 */
export interface Route {
  readonly environment: string;
  readonly section: Section;
  /** What is chosen in it; empty where nothing is. */
  readonly detail: string;
}

export type Go = (part: Partial<Route>) => void;

/** Where the page is, and how it goes elsewhere; an address that names nothing is the first of all. */
export function useRoute(environments: readonly string[]): readonly [Route, Go] {
  const [route, setRoute] = useState(() => readRoute(location.hash, environments));
  useEffect(() => {
    const onChange = () => {
      // The way to the content is no way to elsewhere.
      if (location.hash !== '#main') setRoute(readRoute(location.hash, environments));
    };
    addEventListener('hashchange', onChange);
    return () => removeEventListener('hashchange', onChange);
  }, [environments.join()]);
  const go: Go = (part) => {
    location.hash = formatRoute({ ...route, detail: '', ...part });
  };
  return [route, go];
}

export function formatRoute({ environment, section, detail }: Route): string {
  const rest = detail === '' ? '' : `/${encodeURIComponent(detail)}`;
  return `#${encodeURIComponent(environment)}/${section}${rest}`;
}

function readRoute(hash: string, environments: readonly string[]): Route {
  const [environment = '', section = '', detail = ''] = hash.slice(1).split('/');
  return {
    environment: environments.find((name) => encodeURIComponent(name) === environment) ?? environments[0] ?? '',
    section: sections.find((name) => name === section) ?? sections[0],
    detail: decode(detail),
  };
}

/** An address that somebody typed may hold a lone `%`. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
