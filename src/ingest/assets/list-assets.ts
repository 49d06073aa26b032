import { posix } from 'node:path';
import { makePrintable } from '../source/link.ts';
import { isObject } from '../source/stac-api/page.ts';
import { makeSafeName } from './safe-name.ts';

/** An asset that the spec names, and where it is to be. */
export interface WantedAsset {
  readonly collection: string;
  readonly item: string;
  readonly asset: string;
  /** A web URL, a `gs:` URL, or a path as the file port has it; null where it is none of these. */
  readonly location: string | null;
  /** Why there is no location. */
  readonly failure: string | null;
  /** Below the target, with `/`. */
  readonly path: string;
  /** `file:checksum` as it stands there. */
  readonly checksum: string | null;
  readonly type: string | null;
}

/** What an item was read from. */
export interface ItemOrigin {
  /** A URL or a path as the spec has it. */
  readonly source: string;
  /** True for an API, whose items are not where they are read: their `self` links say where they are. */
  readonly isApi: boolean;
}

/** The named assets that an item has, in the order of the names. */
export function listAssets(
  item: { readonly id: string; readonly collection: string; readonly bytes: Buffer },
  origin: ItemOrigin,
  names: readonly string[],
): readonly WantedAsset[] {
  const value = JSON.parse(item.bytes.toString('utf8')) as Readonly<Record<string, unknown>>;
  const assets = isObject(value['assets']) ? value['assets'] : {};
  const files = nameFiles(assets);
  const base = (origin.isApi ? readSelf(value) : null) ?? origin.source;
  const folder = `${makeSafeName(item.collection)}/${makeSafeName(item.id)}`;
  return names.flatMap((name): readonly WantedAsset[] => {
    const asset = Object.hasOwn(assets, name) ? assets[name] : undefined;
    if (!isObject(asset)) return [];
    const found = locate(asset, base, origin);
    return [
      {
        ...{ collection: item.collection, item: item.id, asset: name, path: `${folder}/${files.get(name)}` },
        ...(typeof found === 'string' ? { location: found, failure: null } : { location: null, ...found }),
        checksum: readText(asset, 'file:checksum') ?? readText(asset, 'checksum:multihash'),
        type: readText(asset, 'type'),
      },
    ];
  });
}

/** Of every asset, named or not: a name must not depend on which others are fetched. */
function nameFiles(assets: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  const own = Object.entries(assets).map(([key, asset]) => {
    const path = (isObject(asset) ? (readText(asset, 'href') ?? '') : '').replace(/[?#].*$/s, '');
    return [key, decode(path.split('/').at(-1) ?? '') || key] as const;
  });
  // Where a system holds upper and lower case for the same, these are one name.
  const count = (name: string) => own.filter(([, other]) => other.toLowerCase() === name.toLowerCase()).length;
  return new Map(own.map(([key, name]) => [key, makeSafeName(count(name) > 1 ? `${key}-${name}` : name)]));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function readSelf(item: Readonly<Record<string, unknown>>): string | null {
  const links = Array.isArray(item['links']) ? (item['links'] as readonly unknown[]) : [];
  const self = links.find((link) => isObject(link) && link['rel'] === 'self');
  const href = isObject(self) ? readText(self, 'href') : null;
  return href !== null && /^https?:/i.test(href) ? href : null;
}

/** Where it can be fetched: its own href, or the first of its alternates that can (the extension `alternate-assets`). */
function locate(
  asset: Readonly<Record<string, unknown>>,
  base: string,
  origin: ItemOrigin,
): string | { readonly failure: string } {
  const alternates = isObject(asset['alternate']) ? Object.values(asset['alternate']).filter(isObject) : [];
  const hrefs = [asset, ...alternates].flatMap((one) => readText(one, 'href') ?? []);
  for (const href of hrefs) {
    const found = resolve(href, base, origin);
    if (found !== null) return found;
  }
  const [first = ''] = hrefs;
  if (first === '') return { failure: 'it has no href' };
  const shown = makePrintable(first.replace(/[?#].*$/s, ''));
  return { failure: `${shown} is neither a web nor a gs: URL nor a path below its item, and no alternate is` };
}

function resolve(href: string, base: string, { isApi }: ItemOrigin): string | null {
  if (/^gs:\/\/./.test(href)) return href;
  if (/^https?:/i.test(href) || /^https?:/i.test(base)) {
    const from = /^https?:/i.test(base) ? base : undefined;
    const url = URL.canParse(href, from) ? new URL(href, from) : null;
    return url?.protocol === 'http:' || url?.protocol === 'https:' ? url.href : null;
  }
  const isPath = !/^[a-z][a-z\d+.-]*:/i.test(href) && !/[\\\p{Cc}]/u.test(href) && !posix.isAbsolute(href);
  if (isApi || !isPath) return null;
  // Objects have no folders: what stands before the last / is as good as one.
  const [, bucket = '', name = base] = /^(gs:\/\/[^/]+\/)(.*)$/s.exec(base) ?? [];
  const path = posix.join(posix.dirname(name), bucket === '' ? decode(href) : href);
  return leadsOut(path, name) ? null : `${bucket}${path}`;
}

/** An item from elsewhere must not name files of this machine: it may lead below its own folder or the spec's. */
function leadsOut(path: string, item: string): boolean {
  const folder = `${posix.dirname(item)}/`;
  return path.startsWith('..') || posix.isAbsolute(path) ? !path.startsWith(folder) : false;
}

function readText(value: Readonly<Record<string, unknown>>, key: string): string | null {
  const text = value[key];
  return typeof text === 'string' && text !== '' ? text : null;
}
