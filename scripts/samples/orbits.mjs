// Which tile is seen when: three neighbouring descending orbits over the Alps. Neighbours (43 numbers apart of 143) are
// three days and 360/143 degrees apart; each satellite comes back after ten days, the second five days after the first.

const degreesBetweenTracks = 360 / 143;
const kilometresPerDegree = 111.2;
const altitudeKilometres = 786;
const swathKilometres = 290;
// Where the middle track crosses, and how far east it lies for each kilometre further north, at this latitude.
const crossing = { longitude: 9.3, latitude: 46.8 };
const eastPerNorth = 0.24;

const orbits = [
  { number: 22, tracksEast: 1, firstDay: 0, time: '10:11:00Z' },
  { number: 65, tracksEast: 0, firstDay: 3, time: '10:21:00Z' },
  { number: 108, tracksEast: -1, firstDay: 6, time: '10:31:00Z' },
];

/** The passes of `count` days from an ISO date on, in order: `orbit`, `satellite` (A or B) and `time` (a Date). */
export function listPasses(firstDate, count) {
  const passes = [];
  for (let day = 0; day < count; day++) {
    const date = new Date(Date.parse(firstDate) + day * 86_400_000).toISOString().slice(0, 10);
    for (const orbit of orbits) {
      const phase = (day - orbit.firstDay + 10) % 10;
      if (phase % 5 !== 0) continue;
      passes.push({ orbit, satellite: phase === 0 ? 'A' : 'B', time: new Date(`${date}T${orbit.time}`) });
    }
  }
  return passes;
}

/** Kilometres of a point [longitude, latitude] east of an orbit's track; negative to the west. */
function distanceFromTrack(orbit, [longitude, latitude]) {
  const north = (latitude - crossing.latitude) * kilometresPerDegree;
  const degreesEast = longitude - (crossing.longitude + orbit.tracksEast * degreesBetweenTracks);
  return degreesEast * kilometresPerDegree * Math.cos((latitude * Math.PI) / 180) - north * eastPerNorth;
}

/** How far inside the swath's eastern and western edge a point lies, in kilometres; negative outside. */
export function distanceToEdges(orbit, point) {
  const distance = distanceFromTrack(orbit, point);
  return { east: swathKilometres / 2 - distance, west: swathKilometres / 2 + distance };
}

/** The angle from straight down under which a point is seen, in degrees. */
export function findOffNadir(orbit, point) {
  return (Math.atan(Math.abs(distanceFromTrack(orbit, point)) / altitudeKilometres) * 180) / Math.PI;
}
