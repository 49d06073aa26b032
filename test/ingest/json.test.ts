import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Database } from '../../src/database/connection.ts';
import { frameRows } from '../../src/database/copy-binary.ts';
import { readSqlState } from '../../src/database/failure.ts';
import { openServer } from '../../src/database/server.ts';
import { RowWriter } from '../../src/ingest/item/row-writer.ts';
import { compactJson } from '../../src/ingest/json/compact.ts';
import { canonicalNumber } from '../../src/ingest/json/number.ts';
import { JsonScanner, MAX_DEPTH } from '../../src/ingest/json/scan.ts';
import {
  isString,
  kindAt,
  readElements,
  readMembers,
  readRaw,
  readString,
  type Tape,
  Token,
} from '../../src/ingest/json/tape.ts';
import { hostileValues, makeRandom } from '../support/hostile.ts';
import { describeWith } from '../support/needs.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';

const sound = [
  '0',
  '-0',
  '-0.0',
  '1.0',
  '1e400',
  '-1E+2',
  '1e-300',
  '9007199254740993',
  '123456789012345678901234567890.5',
  'null',
  'true',
  'false',
  '""',
  '"a"',
  '[]',
  '{}',
  ' { "a" : [ 1 , 2 ] } ',
  '\t[\r\n1]\n',
  '{"a":1,"a":2}',
  '{"a":1,"\\u0061":2}',
  '{"":""}',
  '"\\ud83d\\ude80"',
  '"\\"\\\\\\/\\b\\f\\n\\r\\t"',
  '"\u007f"',
  '"\u2028"',
  '"\ufeff"',
  `${'['.repeat(MAX_DEPTH)}${']'.repeat(MAX_DEPTH)}`,
  `1${'0'.repeat(131_071)}`,
  `0.${'0'.repeat(16_382)}1`,
  '1e131071',
  '0e5',
  '[1,[2,[3,{"a":[{}]}]]]',
];

const unsound = [
  '',
  ' ',
  '01',
  '1.',
  '.5',
  '-',
  '+1',
  '1e',
  '1e+',
  '0x10',
  'NaN',
  'Infinity',
  '-Infinity',
  'nul',
  'nulll',
  'True',
  '"',
  '"a',
  '"\\',
  '"\\u12',
  '"\\u00zz"',
  '"\\x"',
  '"\n"',
  '"\t"',
  '"\u0000"',
  "'a'",
  '[1,]',
  '[,1]',
  '[1 2]',
  '[1',
  ']',
  '[}',
  '{"a"}',
  '{"a":}',
  '{"a":1,}',
  '{,}',
  '{a:1}',
  '{1:1}',
  '{"a":1',
  '{"a" 1}',
  '1 2',
  '{} x',
  '[]]',
  '\ufeff{}',
  '// a\n1',
  '"\\u0000"',
  '{"\\u0000":1}',
  '"\\ud800"',
  '"\\udc00"',
  '"\\ud800\\u0041"',
  '"\\ud800\\ud800"',
  '"\\udc00\\ud800"',
  `1${'0'.repeat(131_072)}`,
  '1e131072',
  '1e-16384',
  '1e1000000000000',
  '-1e999999',
];

test('a number has one spelling', () => {
  expect(['1', '1.0', '10e-1', '0.1e1', '1E0'].map(canonicalNumber)).toEqual(Array(5).fill('1e0'));
  expect(['0', '-0', '0.000', '0e99'].map(canonicalNumber)).toEqual(Array(4).fill('0'));
  expect(canonicalNumber('9007199254740993')).not.toBe(canonicalNumber('9007199254740992'));
  expect(canonicalNumber('-1')).not.toBe(canonicalNumber('1'));
});

test('a key is read as it is, whatever keys of the same hash or bytes came before', () => {
  const scanner = new JsonScanner();
  const read = (keys: readonly string[]) => {
    expect(scanner.scan(Buffer.from(`{${keys.map((key) => `${JSON.stringify(key)}:0`).join(',')}}`))).toBeNull();
    return [...readMembers(scanner, 0).keys()];
  };
  // The characters of the first are the bytes of the second.
  for (const keys of [['\u00e9\u0080\u0080'], ['\u9000'], ['\u00e9'], ['', 'x'.repeat(65)]])
    expect(read(keys)).toEqual(keys);
  const many = Array.from({ length: 20_000 }, (_, place) => `key:${place}`);
  expect(read(many)).toEqual(many);
  expect(read(many.toReversed())).toEqual(many.toReversed());
});

describe('the scanner', () => {
  const scanner = new JsonScanner();

  test('refuses bytes that are no UTF-8', () => {
    for (const bytes of [
      [0x22, 0xff, 0x22],
      [0x22, 0xc0, 0x80, 0x22],
      [0x22, 0xed, 0xa0, 0x80, 0x22],
      [0x22, 0xe2, 0x82, 0x22],
    ])
      expect(scanner.scan(Buffer.from(bytes))?.code).toBe('notUtf8');
  });

  test('says why, and where', () => {
    expect(scanner.scan(Buffer.from('{"a": tru}'))).toEqual({
      code: 'notJson',
      message: 'expected a value',
      offset: 6,
    });
    expect(scanner.scan(Buffer.from('["\\u0000"]'))).toMatchObject({ code: 'nulCharacter', offset: 2 });
    expect(scanner.scan(Buffer.from('['.repeat(MAX_DEPTH + 1)))?.code).toBe('tooDeep');
    expect(scanner.scan(Buffer.from(`{"a":1e-99999}`))?.code).toBe('numberOutOfRange');
  });

  test('says where a text breaks off, wherever that is', () => {
    const whole = '{"a\\n":[1.5,"b",true,{}],"c":null}';
    for (let length = 0; length < whole.length; length += 1) {
      const fault = scanner.scan(Buffer.from(whole.slice(0, length)));
      expect(fault).toMatchObject({ code: 'notJson', message: expect.any(String) });
      // What cannot be read further is told from where it starts.
      expect(length - (fault?.offset ?? -1)).toBeGreaterThanOrEqual(0);
      expect(length - (fault?.offset ?? -1)).toBeLessThan(4);
    }
    const explain = (text: string) => {
      const { message, offset } = scanner.scan(Buffer.from(text)) ?? {};
      return `${offset}: ${message}`;
    };
    expect(['["a', '["a\n', '["a\n"', '["\\x', '["\\"'].map(explain)).toEqual([
      '3: a string has no end',
      '3: a control character stands in a string',
      '3: a control character stands in a string',
      '2: an escape that JSON does not have',
      '4: a string has no end',
    ]);
    expect(['{1', '{"a"1', '{"a":1]', '[1}', '[1 2', '[1]]', '-', '[tru]', '{"a":1,}'].map(explain)).toEqual([
      '1: expected a key in double quotes',
      '4: expected : after a key',
      '6: expected , or }',
      '2: expected , or ]',
      '3: expected , or ]',
      '3: there is more after the end of the value',
      '1: expected a digit',
      '1: expected a value',
      '7: expected a key in double quotes',
    ]);
  });

  test('sees what may not stand in a string, wherever it stands', () => {
    const parses = (text: string) => {
      try {
        return JSON.parse(text) !== undefined;
      } catch {
        return false;
      }
    };
    for (let code = 0; code < 0x180; code += 1)
      for (let before = 0; before < 10; before += 1) {
        const text = `["${'é'.repeat(before % 3)}${'x'.repeat(before)}${String.fromCharCode(code)}${'~'.repeat(9)}",""]`;
        expect([code, before, scanner.scan(Buffer.from(text)) === null]).toEqual([code, before, parses(text)]);
      }
  });

  test('leaves a tape that gives the text back', () => {
    const random = makeRandom(33);
    for (let time = 0; time < 500; time += 1) {
      const value = makeValue(random, 0);
      const text = JSON.stringify(value, null, [0, 0, 1, '\t'][random(4)]);
      expect(scanner.scan(Buffer.from(text))).toBeNull();
      expect(scanner.whitespace).toBe(Buffer.byteLength(text) - Buffer.byteLength(JSON.stringify(value)));
      expect(readValue(scanner, 0)).toEqual(value);
      expect(scanner.nexts[0]).toBe(countValues(value));
    }
  });

  test('holds a tape longer than the ones before', () => {
    const long = Array.from({ length: 100_000 }, (_, place) => place);
    expect(scanner.scan(Buffer.from(JSON.stringify(long)))).toBeNull();
    expect(readValue(scanner, 0)).toEqual(long);
    expect(scanner.scan(Buffer.from('[7]'))).toBeNull();
    expect(readValue(scanner, 0)).toEqual([7]);
    expect(scanner.scan(Buffer.from(`[${'1,'.repeat(2 ** 20)}1]`))?.code).toBe('tooLarge');
  });

  test('leaves numbers and strings as they are written, and the last of two keys', () => {
    expect(scanner.scan(Buffer.from('{"a":1.0,"b":"\\u00e9\\n","\\u0061":12345678901234567890}'))).toBeNull();
    const members = readMembers(scanner, 0);
    expect([...members.keys()]).toEqual(['a', 'b']);
    expect(readRaw(scanner, members.get('a') as number)).toBe('12345678901234567890');
    expect(readString(scanner, members.get('b') as number)).toBe('é\n');
  });
});

function makeValue(random: (below: number) => number, depth: number): unknown {
  const kind = random(depth > 4 ? 4 : 7);
  if (kind === 0) return random(2000) - 1000;
  if (kind === 1) return ['', 'x', 'é"', 'C:\\z', '\n\u0001', '東😀', '"}],'.repeat(random(9))][random(7)];
  if (kind === 2) return [true, false, null][random(3)];
  if (kind === 3) return random(1_000_000) * 1e-9;
  const length = random(5);
  if (kind === 4) return Array.from({ length }, () => makeValue(random, depth + 1));
  return Object.fromEntries(Array.from({ length }, () => [`k\\${random(99)}`, makeValue(random, depth + 1)]));
}

/** By the tape alone: containers are not parsed. */
function readValue(tape: Tape, index: number): unknown {
  const kind = kindAt(tape, index);
  if (kind === Token.array) return readElements(tape, index).map((element) => readValue(tape, element));
  if (kind === Token.object)
    return Object.fromEntries([...readMembers(tape, index)].map(([key, value]) => [key, readValue(tape, value)]));
  return isString(tape, index) ? readString(tape, index) : JSON.parse(readRaw(tape, index));
}

/** Keys among them. */
function countValues(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  const within = Object.values(value).reduce<number>((sum, one) => sum + countValues(one), 0);
  return 1 + within + (Array.isArray(value) ? 0 : Object.keys(value).length);
}

describeWith(['postgres15'], "the scanner and PostgreSQL's jsonb", () => {
  let server: Postgres;
  let database: Database;
  const scanner = new JsonScanner();
  beforeAll(async () => {
    server = await startPostgres();
    database = await openServer(server.superuserDsn, { variable: 'PGSTAC_DSN' });
    await database.session((session) => session.run('CREATE TABLE copied (n text, content jsonb)'));
  }, 120_000);
  afterAll(async () => {
    await database?.close();
    await server?.stop();
  });

  /** What jsonb makes of each text; null where it refuses it. */
  const asJsonb = (texts: readonly string[]) =>
    database.session(async (session) => {
      const values: (string | null)[] = [];
      for (const text of texts) {
        // A NUL itself is refused by the driver's protocol, long before jsonb.
        const rows = text.includes('\0')
          ? []
          : await session.query<{ j: string }>('SELECT $1::text::jsonb::text AS j', [text]).catch(refused);
        values.push(rows[0]?.j ?? null);
      }
      return values;
    });
  const refused = (error: unknown) => {
    expect(readSqlState(error)).toMatch(/^22/);
    return [];
  };

  test('agree on what is JSON', async () => {
    const texts = [...sound, ...unsound];
    const expected = await asJsonb(texts);
    for (const [place, text] of texts.entries()) {
      const taken = scanner.scan(Buffer.from(text)) === null;
      expect([text.slice(0, 40), taken]).toEqual([text.slice(0, 40), expected[place] !== null]);
    }
    expect(sound.map((text) => scanner.scan(Buffer.from(text)))).toEqual(sound.map(() => null));
  });

  test('agree on texts broken at random', async () => {
    const random = makeRandom(7);
    const whole =
      '{"a":[1.50,-2e+10,{"b":"x\\u00e9\\ud83d\\ude80\\n","c":null}],"d":{"e":[[],{}],"f":true},"g":"é東😀"}';
    const alphabet = '{}[]",:\\ue0123456789.-+truefalsn \n\t';
    const texts = Array.from({ length: 1500 }, () => {
      const at = random(whole.length);
      const put = alphabet[random(alphabet.length)] as string;
      return [
        whole.slice(0, at) + put + whole.slice(at + 1),
        whole.slice(0, at) + put + whole.slice(at),
        whole.slice(0, at),
      ][random(3)] as string;
    }).filter((text) => Buffer.from(text).toString() === text);
    const expected = await asJsonb(texts);
    for (const [place, text] of texts.entries())
      expect([text, scanner.scan(Buffer.from(text)) === null]).toEqual([text, expected[place] !== null]);
    expect(expected.filter((one) => one !== null).length).toBeGreaterThan(50);
  }, 60_000);

  test('what is copied is what was read', async () => {
    const strings = Object.values(hostileValues).filter(
      (value) => !value.includes('\0') && !/\p{Surrogate}/u.test(value),
    );
    const texts = [
      ...sound,
      ...strings.map((value) => JSON.stringify({ [value]: [value] })),
      JSON.stringify(strings, null, '\t'),
    ];
    const writer = new RowWriter();
    const rows = texts.map((text, place) => {
      scanner.scan(Buffer.from(text));
      scanner.scan(compactJson(Buffer.from(text), scanner.whitespace));
      writer.beginRow(2);
      writer.textField(String(place).padStart(4, '0'));
      writer.beginJson();
      writer.value(scanner, 0);
      writer.endField();
      return writer.take();
    });
    const expected = await asJsonb(texts);
    const found = await database.session(async (session) => {
      const table = { schema: 'public', name: 'copied', columns: ['n', 'content'], format: 'binary' } as const;
      await session.copyInto(table, frameRows(rows));
      return await session.query<{ content: string }>('SELECT content::text AS content FROM copied ORDER BY n');
    });
    expect(found.map(({ content }) => content)).toEqual(expected);
  });
});
