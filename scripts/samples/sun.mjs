// Where the sun stands: the low-precision series of the Astronomical Almanac, good to a hundredth of a degree.

const radians = Math.PI / 180;

/** Azimuth (clockwise from north) and elevation of the sun in degrees, seen from [longitude, latitude] at a Date. */
export function findSun([longitude, latitude], time) {
  const days = (time.getTime() - Date.UTC(2000, 0, 1, 12)) / 86_400_000;
  const meanLongitude = 280.46 + 0.9856474 * days;
  const anomaly = (357.528 + 0.9856003 * days) * radians;
  const ecliptic = (meanLongitude + 1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly)) * radians;
  const obliquity = (23.439 - 0.0000004 * days) * radians;
  const declination = Math.asin(Math.sin(obliquity) * Math.sin(ecliptic));
  const rightAscension = Math.atan2(Math.cos(obliquity) * Math.sin(ecliptic), Math.cos(ecliptic));
  const siderealDegrees = 280.46062 + 360.98564737 * days + longitude;
  const hourAngle = siderealDegrees * radians - rightAscension;
  const phi = latitude * radians;
  const sine = Math.sin(phi) * Math.sin(declination) + Math.cos(phi) * Math.cos(declination) * Math.cos(hourAngle);
  const south = Math.cos(hourAngle) * Math.sin(phi) - Math.tan(declination) * Math.cos(phi);
  const azimuth = Math.atan2(Math.sin(hourAngle), south) / radians + 180;
  return { azimuth, elevation: Math.asin(sine) / radians };
}
