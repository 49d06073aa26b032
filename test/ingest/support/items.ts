/** A small sound item; what is given replaces its members, `undefined` takes one away. */
export function makeItem(
  id: string,
  changes: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return {
    type: 'Feature',
    stac_version: '1.0.0',
    id,
    collection: 'scenes',
    geometry: { type: 'Point', coordinates: [7.5, 46.25] },
    bbox: [7.5, 46.25, 7.5, 46.25],
    properties: { datetime: '2024-01-15T10:00:00Z' },
    links: [],
    assets: { image: { href: `https://example.org/${id}.tif`, roles: ['data'] } },
    ...changes,
  };
}

export function makeCollection(changes: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return {
    type: 'Collection',
    stac_version: '1.0.0',
    id: 'scenes',
    description: 'Scenes.',
    license: 'proprietary',
    links: [],
    extent: { spatial: { bbox: [[-180, -90, 180, 90]] }, temporal: { interval: [['2020-01-01T00:00:00Z', null]] } },
    ...changes,
  };
}

export function lines(...values: readonly unknown[]): string {
  return values.map((value) => `${typeof value === 'string' ? value : JSON.stringify(value)}\n`).join('');
}
