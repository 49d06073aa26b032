/** One way to change one place of a model. */
export interface Mutation<T> {
  /** e.g. `hosting.disk.sizeGb`, `workloads.0.name`. */
  readonly path: string;
  /** False where a whole list or object was changed. */
  readonly isLeaf: boolean;
  readonly value: T;
}

/**
 * Copies of a model, each with one place changed: every leaf to another value of its type (numbers and versions up and
 * down), every nullable part to null and back, every list longer and shorter. Walks what it is given, so that a field
 * added to the model is among them.
 */
export function listMutations<T>(model: T): readonly Mutation<T>[] {
  return listPlaces(model).flatMap(([path, value]) =>
    changeValue(value).map((changed) => ({
      path: path.join('.'),
      isLeaf: typeof value !== 'object' || value === null,
      value: setPlace(model, path, changed),
    })),
  );
}

type Path = readonly string[];

function listPlaces(value: unknown, path: Path = []): readonly (readonly [Path, unknown])[] {
  const here: readonly (readonly [Path, unknown])[] = path.length === 0 ? [] : [[path, value]];
  if (typeof value !== 'object' || value === null) return here;
  return [...here, ...Object.entries(value).flatMap(([key, inner]) => listPlaces(inner, [...path, key]))];
}

function changeValue(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value.length === 0 ? [['added']] : [value.slice(1)];
  switch (typeof value) {
    case 'string':
      return [`${value}-changed`, `${value}9`, value.replace(/[1-9]\d*$/, '0')].filter((changed) => changed !== value);
    case 'number':
      return [value + 1, value - 1];
    case 'boolean':
      return [!value];
    default:
      return [value === null ? 'no longer null' : null];
  }
}

function setPlace<T>(model: T, path: Path, value: unknown): T {
  const copy = structuredClone(model);
  const parent = path
    .slice(0, -1)
    .reduce((place, key) => place[key] as Record<string, unknown>, copy as Record<string, unknown>);
  parent[path.at(-1) ?? ''] = value;
  return copy;
}
