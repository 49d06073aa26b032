// What a pass covers of a tile: the tile's square, cut by both edges of the swath.
import { distanceToEdges } from './orbits.mjs';
import { tileSize } from './tiles.mjs';
import { utmToLonLat } from './utm.mjs';

/**
 * The covered part's corners in UTM metres, counter-clockwise as GeoJSON wants an outer ring and not closed, and its
 * share of the tile (0 to 1).
 */
export function findFootprint(tile, orbit) {
  const right = tile.left + tileSize;
  const bottom = tile.top - tileSize;
  let corners = [
    [tile.left, tile.top],
    [tile.left, bottom],
    [right, bottom],
    [right, tile.top],
  ];
  for (const edge of ['east', 'west']) {
    corners = cutRing(corners, (corner) => distanceToEdges(orbit, utmToLonLat(tile.zone, ...corner))[edge]);
  }
  return { corners, share: findArea(corners) / tileSize ** 2 };
}

/** The part of a convex ring where `inside` is positive (Sutherland and Hodgman), taking it as linear along a side. */
function cutRing(ring, inside) {
  return ring.flatMap((corner, index) => {
    const before = ring.at(index - 1);
    const [here, there] = [inside(corner), inside(before)];
    const kept = here >= 0 ? [corner] : [];
    if (here >= 0 === there >= 0) return kept;
    const share = there / (there - here);
    return [before.map((from, axis) => from + (corner[axis] - from) * share), ...kept];
  });
}

function findArea(ring) {
  const doubled = ring.map(([x, y], index) => {
    const [beforeX, beforeY] = ring.at(index - 1);
    return beforeX * y - x * beforeY;
  });
  return doubled.reduce((sum, part) => sum + part, 0) / 2;
}
