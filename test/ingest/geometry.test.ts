import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openServer } from '../../src/database/server.ts';
import { readCoordinate } from '../../src/ingest/item/coordinate.ts';
import { encodeGeometry } from '../../src/ingest/item/geometry.ts';
import { JsonScanner } from '../../src/ingest/json/scan.ts';
import { makeRandom } from '../support/hostile.ts';
import { describeWith } from '../support/needs.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { pypgstac } from './support/databases.ts';
import { askPython } from './support/python.ts';

const scanner = new JsonScanner();

function encode(geometry: unknown): string {
  expect(scanner.scan(Buffer.from(typeof geometry === 'string' ? geometry : JSON.stringify(geometry)))).toBeNull();
  return encodeGeometry(scanner, 0).toString('hex');
}

test('a coordinate is the double that JSON.parse makes of it, but that an integer has no sign of zero', () => {
  const random = makeRandom(12);
  const digits = (most: number) => Array.from({ length: random(most) }, () => random(10)).join('');
  const texts = Array.from({ length: 20_000 }, () => {
    const whole = random(4) === 0 ? '0' : `${1 + random(9)}${digits(random(4) === 0 ? 20 : 3)}`;
    const fraction = random(4) === 0 ? '' : `.${digits(random(4) === 0 ? 25 : 16)}${random(10)}`;
    const exponent = random(20) === 0 ? `e${random(2) === 0 ? '-' : ''}${random(30)}` : '';
    return `${random(2) === 0 ? '-' : ''}${whole}${fraction}${exponent}`;
  });
  for (const text of [...texts, '-0', '-0.0', '0', '9007199254740993', '90071992547409920', '9007199254740991.5']) {
    expect(scanner.scan(Buffer.from(text))).toBeNull();
    expect([text, readCoordinate(scanner, 0)]).toEqual([text, text === '-0' ? 0 : JSON.parse(text)]);
  }
});

describe('a geometry', () => {
  test.each([
    ['no object', 'null'],
    ['no type', { coordinates: [1, 2] }],
    ['another type', { type: 'Circle', coordinates: [1, 2] }],
    ['no coordinates', { type: 'Point' }],
    ['a point of nothing', { type: 'Point', coordinates: [] }],
    ['one number', { type: 'Point', coordinates: [1] }],
    ['five numbers', { type: 'Point', coordinates: [1, 2, 3, 4, 5] }],
    ['text for a number', { type: 'Point', coordinates: ['1', '2'] }],
    ['null for a number', { type: 'Point', coordinates: [null, 2] }],
    ['beyond a double', '{"type":"Point","coordinates":[1e400,2]}'],
    ['one position', { type: 'LineString', coordinates: [[1, 2]] }],
    [
      'an open ring',
      {
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [1, 0],
            [1, 1],
            [0, 1],
          ],
        ],
      },
    ],
    [
      'a short ring',
      {
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [1, 0],
            [0, 0],
          ],
        ],
      },
    ],
    [
      'mixed dimensions',
      {
        type: 'LineString',
        coordinates: [
          [1, 2],
          [1, 2, 3],
        ],
      },
    ],
    [
      'nested too little',
      {
        type: 'Polygon',
        coordinates: [
          [0, 0],
          [1, 0],
          [1, 1],
          [0, 0],
        ],
      },
    ],
    ['nested too deep', { type: 'Point', coordinates: [[1, 2]] }],
    ['a bad part', { type: 'GeometryCollection', geometries: [{ type: 'Point', coordinates: [1, 2] }, 7] }],
  ])('of %s is refused', (_, geometry) => {
    expect(() => encode(geometry)).toThrow(expect.objectContaining({ reason: 'badGeometry' }));
  });
});

describeWith(['postgres15', 'python'], 'the bytes of a geometry', () => {
  let server: Postgres;
  beforeAll(async () => {
    await pypgstac('0.9.11');
    server = await startPostgres();
  }, 600_000);
  afterAll(() => server?.stop());

  test("are plpygis's, and PostGIS takes them", async () => {
    const geometries = [...fixed, ...Array.from({ length: 400 }, makeGeometry(makeRandom(5)))];
    const code = `import sys, json
from plpygis import Geometry
for line in sys.stdin: print(Geometry.from_geojson(json.loads(line)).ewkb)`;
    const theirs = await askPython(
      code,
      geometries.map((geometry) => JSON.stringify(geometry)),
    );
    expect(geometries.map(encode)).toEqual(theirs);
    const database = await openServer(server.superuserDsn, { variable: 'PGSTAC_DSN' });
    try {
      await database.session((session) => session.run('CREATE EXTENSION postgis'));
      const taken = await database.session((session) =>
        session.query<{ srid: number }>('SELECT DISTINCT ST_SRID(g::geometry) AS srid FROM unnest($1::text[]) AS g', [
          geometries.map(encode),
        ]),
      );
      expect(taken).toEqual([{ srid: 4326 }]);
    } finally {
      await database.close();
    }
  });
});

const square = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 0],
];
const fixed = [
  { type: 'Point', coordinates: [7.5, -46.25] },
  { type: 'Point', coordinates: [-0.0, 1e-300] },
  { type: 'Point', coordinates: [1, 2, 3] },
  { type: 'Point', coordinates: [1, 2, 3, 4] },
  { type: 'polygon', coordinates: [square] },
  {
    type: 'Polygon',
    coordinates: [
      [
        [179, 0],
        [-179, 0],
        [-179, 1],
        [179, 1],
        [179, 0],
      ],
    ],
  },
  {
    type: 'Polygon',
    coordinates: [
      [
        [1, 1],
        [1, 1],
        [1, 1],
        [1, 1],
      ],
    ],
  },
  {
    type: 'Polygon',
    coordinates: [
      [
        [0, 0, 1],
        [1, 0, 2],
        [1, 1, 3],
        [0, 0, 9],
      ],
    ],
  },
  { type: 'Polygon', coordinates: [] },
  { type: 'LineString', coordinates: [] },
  { type: 'MultiPoint', coordinates: [] },
  { type: 'MultiPolygon', coordinates: [] },
  { type: 'GeometryCollection', geometries: [] },
  {
    type: 'GeometryCollection',
    geometries: [
      { type: 'Point', coordinates: [1, 2] },
      { type: 'GeometryCollection', geometries: [{ type: 'Polygon', coordinates: [square] }] },
    ],
  },
];

/** Geometries of every type and two to four dimensions. */
function makeGeometry(random: (below: number) => number): () => unknown {
  const number = () => (random(4) === 0 ? random(360) - 180 : (random(1_000_000_000) - 5e8) / 2_777_777);
  const make = (dimension: number, depth: number): unknown => {
    const position = () => Array.from({ length: dimension }, number);
    const line = () => Array.from({ length: random(5) + 2 }, position);
    const ring = () => {
      const start = position();
      return [start, position(), position(), start];
    };
    const several = <T>(one: () => T) => Array.from({ length: random(3) + 1 }, one);
    const kinds = [
      () => ({ type: 'Point', coordinates: position() }),
      () => ({ type: 'LineString', coordinates: line() }),
      () => ({ type: 'Polygon', coordinates: several(ring) }),
      () => ({ type: 'MultiPoint', coordinates: several(position) }),
      () => ({ type: 'MultiLineString', coordinates: several(line) }),
      () => ({ type: 'MultiPolygon', coordinates: several(() => several(ring)) }),
      () => ({ type: 'GeometryCollection', geometries: several(() => make(dimension, depth + 1)) }),
    ];
    return (kinds[random(depth > 2 ? 6 : 7)] as () => unknown)();
  };
  return () => make(random(3) + 2, 0);
}
