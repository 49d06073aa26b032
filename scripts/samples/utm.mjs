// Transverse Mercator on WGS 84, back to longitude and latitude: the series in the third flattening of
// C. F. F. Karney, "Transverse Mercator with an accuracy of a few nanometers" (2011), eq. 35 to 36, cut after the third term.

const semiMajorAxis = 6378137;
const flattening = 1 / 298.257223563;
const scale = 0.9996;
const falseEasting = 500000;

const n = flattening / (2 - flattening);
const rectifyingRadius = (semiMajorAxis / (1 + n)) * (1 + n ** 2 / 4 + n ** 4 / 64);
const beta = [n / 2 - (2 / 3) * n ** 2 + (37 / 96) * n ** 3, n ** 2 / 48 + n ** 3 / 15, (17 / 480) * n ** 3];
const delta = [2 * n - (2 / 3) * n ** 2 - 2 * n ** 3, (7 / 3) * n ** 2 - (8 / 5) * n ** 3, (56 / 15) * n ** 3];

/**
 * A point of a northern UTM zone (1 to 60; metres) as [longitude, latitude] in degrees; good to a millimetre anywhere
 * in the zone.
 *
 * @returns {[number, number]}
 */
export function utmToLonLat(zone, easting, northing) {
  const x = northing / (scale * rectifyingRadius);
  const y = (easting - falseEasting) / (scale * rectifyingRadius);
  let xi = x;
  let eta = y;
  for (const [index, factor] of beta.entries()) {
    const turn = 2 * (index + 1);
    xi -= factor * Math.sin(turn * x) * Math.cosh(turn * y);
    eta -= factor * Math.cos(turn * x) * Math.sinh(turn * y);
  }
  const conformal = Math.asin(Math.sin(xi) / Math.cosh(eta));
  let latitude = conformal;
  for (const [index, factor] of delta.entries()) latitude += factor * Math.sin(2 * (index + 1) * conformal);
  const fromMeridian = Math.atan2(Math.sinh(eta), Math.cos(xi));
  return [zone * 6 - 183 + toDegrees(fromMeridian), toDegrees(latitude)];
}

function toDegrees(radians) {
  return (radians * 180) / Math.PI;
}
