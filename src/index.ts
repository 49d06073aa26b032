/** The compiler, for other programs. What is not here is not promised. */
export type { Artifact } from './artifact/artifact.ts';
export { compilePlatform, resolveSpec } from './compile.ts';
export type { Diagnostic, Outcome, Position, Range, Related, Severity } from './diagnostic/diagnostic.ts';
export { formatDiagnostics } from './diagnostic/format.ts';
export type { SourceFile } from './diagnostic/source.ts';
export { diffPlatforms } from './diff/diff.ts';
export type * from './model/platform.ts';
