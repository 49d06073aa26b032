// One item as a Level-2A catalog has it: STAC 1.0 with the eo, projection, view, grid, sat and Sentinel-2 fields.
import { makeAssets } from './bands.mjs';
import { findOffNadir } from './orbits.mjs';
import { findSun } from './sun.mjs';
import { tileSize } from './tiles.mjs';
import { utmToLonLat } from './utm.mjs';

export const collectionId = 'sentinel-2-l2a';
export const catalogUrl = 'https://stac.example.com';
const filesUrl = 'https://data.example.com/sentinel-2-l2a';
const baseline = '05.10';

const extensions = [
  'https://stac-extensions.github.io/eo/v1.1.0/schema.json',
  'https://stac-extensions.github.io/grid/v1.1.0/schema.json',
  'https://stac-extensions.github.io/projection/v1.1.0/schema.json',
  'https://stac-extensions.github.io/sat/v1.0.0/schema.json',
  'https://stac-extensions.github.io/sentinel-2/v1.0.0/schema.json',
  'https://stac-extensions.github.io/view/v1.0.0/schema.json',
];

/** An item from where and when (`tile`, `pass`, `footprint`) and what was seen (`cloudCover` in percent, `processed`). */
export function makeItem({ tile, pass, footprint, cloudCover, processed }) {
  const product = nameProduct(tile, pass, processed);
  const geometry = makeGeometry(tile, footprint);
  const collectionUrl = `${catalogUrl}/collections/${collectionId}`;
  const [gridZone, square] = [tile.name.slice(0, -2), tile.name.slice(-2)];
  const day = pass.time.toISOString().slice(0, 10).replaceAll('-', '/');
  return {
    type: 'Feature',
    stac_version: '1.0.0',
    stac_extensions: extensions,
    id: product.id,
    collection: collectionId,
    geometry,
    bbox: findBox(geometry.coordinates[0]),
    properties: makeProperties({ tile, pass, footprint, cloudCover, processed, product }),
    links: [
      { rel: 'self', type: 'application/geo+json', href: `${collectionUrl}/items/${product.id}` },
      { rel: 'parent', type: 'application/json', href: collectionUrl },
      { rel: 'collection', type: 'application/json', href: collectionUrl },
      { rel: 'root', type: 'application/json', href: catalogUrl },
    ],
    assets: makeAssets(`${filesUrl}/${gridZone.slice(0, -1)}/${gridZone.slice(-1)}/${square}/${day}/${product.id}`),
  };
}

function makeProperties({ tile, pass, footprint, cloudCover, processed, product }) {
  const sun = findSun(tile.middle, pass.time);
  const [longitude, latitude] = tile.middle;
  return {
    datetime: pass.time.toISOString(),
    created: processed.toISOString(),
    updated: processed.toISOString(),
    platform: `sentinel-2${pass.satellite.toLowerCase()}`,
    constellation: 'sentinel-2',
    instruments: ['msi'],
    gsd: 10,
    'eo:cloud_cover': cloudCover,
    'grid:code': `MGRS-${tile.name}`,
    'proj:epsg': 32600 + tile.zone,
    'proj:bbox': [tile.left, tile.top - tileSize, tile.left + tileSize, tile.top],
    'proj:centroid': { lat: round(latitude, 5), lon: round(longitude, 5) },
    'proj:shape': [10980, 10980],
    'proj:transform': [10, 0, tile.left, 0, -10, tile.top],
    'sat:orbit_state': 'descending',
    'sat:relative_orbit': pass.orbit.number,
    'view:off_nadir': round(findOffNadir(pass.orbit, tile.middle), 3),
    'view:sun_azimuth': round(sun.azimuth, 3),
    'view:sun_elevation': round(sun.elevation, 3),
    's2:mgrs_tile': tile.name,
    's2:nodata_pixel_percentage': round(100 * (1 - footprint.share), 4),
    's2:processing_baseline': baseline,
    's2:product_type': 'S2MSI2A',
    's2:product_uri': product.uri,
  };
}

/** As ESA names a product since 2016; the id leaves the processing baseline out. */
function nameProduct(tile, pass, processed) {
  const mission = `S2${pass.satellite}_MSIL2A_${compactTime(pass.time)}`;
  const rest = `R${String(pass.orbit.number).padStart(3, '0')}_T${tile.name}_${compactTime(processed)}`;
  return { id: `${mission}_${rest}`, uri: `${mission}_N${baseline.replace('.', '')}_${rest}.SAFE` };
}

function compactTime(time) {
  return time.toISOString().slice(0, 19).replace(/[-:]/g, '');
}

function makeGeometry(tile, { corners }) {
  const ring = corners.map((corner) => utmToLonLat(tile.zone, ...corner).map((degrees) => round(degrees, 6)));
  return { type: 'Polygon', coordinates: [[...ring, ring[0]]] };
}

/** West, south, east, north of a ring of points. */
export function findBox(points) {
  const [longitudes, latitudes] = [points.map((point) => point[0]), points.map((point) => point[1])];
  return [Math.min(...longitudes), Math.min(...latitudes), Math.max(...longitudes), Math.max(...latitudes)];
}

function round(value, digits) {
  return Number(value.toFixed(digits));
}
