import { cpus, totalmem } from 'node:os';

/** A Markdown table: medians, ratios to the first case, and each bound with whether it is kept. */
export function printTable(cases, title) {
  const [floor] = cases;
  const rows = cases.map((one, index) => [
    one.name,
    `${one.median.toFixed(1)} ms`,
    `${(one.median / floor.median).toFixed(2)}×`,
    one.megabytes === null ? '' : `${one.megabytes.toFixed(0)} MB`,
    listBounds(one, floor, cases[index - 1]).join('; '),
  ]);
  const gigabytes = (totalmem() / 2 ** 30).toFixed(0);
  console.log(
    `\n${title}. Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${gigabytes} GB\n`,
  );
  const table = [['case', 'median', 'ratio', 'peak memory', 'bound'], ...rows];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  const print = (row) => console.log(`| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`);
  print(table[0]);
  print(widths.map((width) => '-'.repeat(width)));
  rows.forEach(print);
}

function listBounds({ median, megabytes, most, mostMegabytes, mostGrowth }, floor, before) {
  const judge = (value, bound, unit) => `${value <= bound ? 'met' : 'NOT met'}: ≤ ${bound}${unit}`;
  return [
    ...(most === undefined ? [] : [judge(median / floor.median, most, '×')]),
    ...(mostMegabytes === undefined ? [] : [judge(megabytes, mostMegabytes, ' MB')]),
    ...(mostGrowth === undefined
      ? []
      : [`${judge(median / before.median, mostGrowth, '× of 100')} (${(median / before.median).toFixed(1)}×)`]),
  ];
}
