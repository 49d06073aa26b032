// The collection that a set of items belongs to; its extent and summaries are what the items say.
import { itemAssets } from './bands.mjs';
import { catalogUrl, collectionId, findBox } from './item.mjs';

export function makeCollection(items) {
  const times = items.map((item) => item.properties.datetime).sort();
  const corners = items.flatMap(({ bbox: [west, south, east, north] }) => [
    [west, south],
    [east, north],
  ]);
  return {
    type: 'Collection',
    stac_version: '1.0.0',
    stac_extensions: [
      'https://stac-extensions.github.io/eo/v1.1.0/schema.json',
      'https://stac-extensions.github.io/item-assets/v1.0.0/schema.json',
    ],
    id: collectionId,
    title: 'Sentinel-2 Level-2A (made-up samples)',
    description:
      'Made-up items over the Alps on the real grid of Sentinel-2 tiles, orbits and product names. There are no files behind them.',
    keywords: ['sentinel-2', 'msi', 'reflectance', 'sample'],
    license: 'CC0-1.0',
    providers: [{ name: 'platform samples', roles: ['producer'], url: catalogUrl }],
    extent: {
      spatial: { bbox: [findBox(corners)] },
      temporal: { interval: [[times.at(0), times.at(-1)]] },
    },
    summaries: {
      platform: listValues(items, 'platform'),
      constellation: ['sentinel-2'],
      instruments: ['msi'],
      gsd: [10, 20],
      'grid:code': listValues(items, 'grid:code'),
    },
    item_assets: itemAssets,
    links: [
      { rel: 'self', type: 'application/json', href: `${catalogUrl}/collections/${collectionId}` },
      { rel: 'root', type: 'application/json', href: catalogUrl },
      { rel: 'license', type: 'text/html', href: 'https://creativecommons.org/publicdomain/zero/1.0/' },
    ],
  };
}

function listValues(items, property) {
  return [...new Set(items.map((item) => item.properties[property]))].sort();
}
