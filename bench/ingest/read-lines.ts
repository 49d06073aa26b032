import { open } from 'node:fs/promises';

/** The first lines of a file, which may be longer than a string can be. */
export async function readLines(path: string, count: number): Promise<readonly string[]> {
  const file = await open(path);
  const lines: string[] = [];
  // Closes the file when it is left.
  for await (const line of file.readLines()) {
    lines.push(line);
    if (lines.length === count) break;
  }
  return lines;
}
