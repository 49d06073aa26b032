import { describe, expect, test } from '@jest/globals';
import { celObject } from '../../src/print/cel.ts';
import { pgbouncerValue } from '../../src/print/pgbouncer.ts';

describe('celObject', () => {
  test('names the types of nested objects by their path', () => {
    const yaml = '- name: proxy\n  args: [ "a\\"b", "${x}" ]\n  probe:\n    port: 9801\n    none: []\n  on: true\n';
    expect(celObject('Object.spec.initContainers', yaml, 1).text).toBe(
      [
        'Object.spec.initContainers{',
        '    name: "proxy",',
        '    args: [',
        '      "a\\"b",',
        '      "${x}"',
        '    ],',
        '    probe: Object.spec.initContainers.probe{',
        '      port: 9801,',
        '      none: []',
        '    },',
        '    on: true',
        '  }',
      ].join('\n'),
    );
  });

  test.each(['name: proxy', '- a: 1\n- b: 2', '- a: null', '- a: 1.5', '- "a b": 1'])('refuses %j', (yaml) => {
    expect(() => celObject('Object', yaml)).toThrow(/Object/);
  });
});

describe('pgbouncerValue', () => {
  test('doubles quotes and refuses what would end the line', () => {
    expect(pgbouncerValue("o'brien@acme.iam").text).toBe("'o''brien@acme.iam'");
    expect(() => pgbouncerValue("a\nadmin_users = 'x'")).toThrow(RangeError);
  });
});
