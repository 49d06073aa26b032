import { xmlText } from '../print/xml.ts';

export interface TestCase {
  readonly suite: string;
  readonly name: string;
  readonly ok: boolean;
  readonly isSkipped?: boolean;
  /** What was found, or what is wrong. */
  readonly detail: string;
  readonly milliseconds: number;
}

/**
 * The XML that CI systems show as test results: a suite for each `suite`, in the order in which they come. After the
 * schema of JUnit's XML that Jenkins' xUnit plugin keeps (junit-10.xsd).
 */
export function formatJunit(title: string, cases: readonly TestCase[]): string {
  const suites = [...new Set(cases.map(({ suite }) => suite))].map((name) => {
    const own = cases.filter(({ suite }) => suite === name);
    return [`  <testsuite ${describe(name, own)}>`, ...own.flatMap((one) => formatCase(title, one)), '  </testsuite>'];
  });
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${describe(title, cases)}>`,
    ...suites.flat(),
    '</testsuites>',
  ];
  return `${lines.join('\n')}\n`;
}

function describe(name: string, cases: readonly TestCase[]): string {
  const failed = cases.filter(({ ok }) => !ok).length;
  const time = cases.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const skipped = cases.filter(({ isSkipped }) => isSkipped).length;
  return `name="${xmlText(name)}" tests="${cases.length}" failures="${failed}" errors="0" skipped="${skipped}" time="${inSeconds(time)}"`;
}

function formatCase(title: string, { suite, name, ok, isSkipped, detail, milliseconds }: TestCase): readonly string[] {
  const said = xmlText(detail);
  const place = `classname="${xmlText(`${title}.${suite}`)}" name="${xmlText(name)}"`;
  return [
    `    <testcase ${place} time="${inSeconds(milliseconds)}">`,
    formatResult(said, ok, isSkipped === true),
    '    </testcase>',
  ];
}

function formatResult(said: string, ok: boolean, isSkipped: boolean): string {
  if (isSkipped) return `      <skipped message="${said}"/>`;
  return ok ? `      <system-out>${said}</system-out>` : `      <failure message="${said}">${said}</failure>`;
}

const inSeconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(3);
