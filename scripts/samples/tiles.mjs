// Sentinel-2's tiles: the 100 km squares of the military grid (NGA.STND.0037, section 3), each stretched to 109.8 km so
// that neighbours overlap, its origin on a multiple of the coarsest pixel (60 m).
import { utmToLonLat } from './utm.mjs';

export const tileSize = 109_800;
const square = 100_000;
const coarsestPixel = 60;
const columnSets = ['ABCDEFGH', 'JKLMNPQR', 'STUVWXYZ'];
const rowLetters = 'ABCDEFGHJKLMNPQRSTUV';
const bandLetters = 'CDEFGHJKLMNPQRSTUVWX';

/**
 * The northern tiles whose square's middle lies in the box, by name. Each: `name` (e.g. 32TMT), `zone`, `left` and
 * `top` (metres, the upper left corner), `middle` (longitude and latitude).
 */
export function listTiles([west, south, east, north]) {
  const tiles = [];
  for (let zone = zoneOf(west); zone <= zoneOf(east); zone++) {
    for (let easting = square; easting < 9 * square; easting += square) {
      for (let northing = 0; northing < 94 * square; northing += square) {
        const [longitude, latitude] = utmToLonLat(zone, easting + square / 2, northing + square / 2);
        const inside = longitude >= west && longitude <= east && latitude >= south && latitude <= north;
        if (inside && zoneOf(longitude) === zone) tiles.push(makeTile(zone, easting, northing, [longitude, latitude]));
      }
    }
  }
  return tiles.sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Where a tile begins whose square has this lower left corner. */
export function findOrigin(easting, northing) {
  return {
    left: Math.floor(easting / coarsestPixel) * coarsestPixel,
    top: Math.ceil((northing + square) / coarsestPixel) * coarsestPixel,
  };
}

/** The name of the 100 km square at this lower left corner, without a leading zero: 31TGM. */
export function nameSquare(zone, easting, northing, latitude) {
  const band = bandLetters[Math.min(Math.floor((latitude + 80) / 8), bandLetters.length - 1)];
  const column = columnSets[(zone - 1) % 3][easting / square - 1];
  // Every second zone starts five letters later, so that equal names lie far apart.
  const row = rowLetters[(northing / square + (zone % 2 === 0 ? 5 : 0)) % rowLetters.length];
  return `${zone}${band}${column}${row}`;
}

function makeTile(zone, easting, northing, middle) {
  const { left, top } = findOrigin(easting, northing);
  return { name: nameSquare(zone, easting, northing, middle[1]), zone, left, top, middle };
}

function zoneOf(longitude) {
  return Math.floor((longitude + 180) / 6) + 1;
}
