import { parse } from '@cdktf/hcl2json';

interface Variable {
  readonly type?: string;
  readonly default?: string | number;
  readonly validation?: readonly unknown[];
}

/** What a test of a folder needs to know of it. */
export interface FolderShape {
  readonly variables: ReadonlyMap<string, Variable>;
  /** The local names of the providers. */
  readonly providers: ReadonlySet<string>;
  /** The addresses of the resources. */
  readonly resources: ReadonlySet<string>;
}

interface Parsed {
  readonly variable?: Readonly<Record<string, readonly Variable[]>>;
  readonly resource?: Readonly<Record<string, object>>;
  readonly terraform?: readonly { readonly required_providers?: readonly object[] }[];
}

export async function readFolderShape(files: ReadonlyMap<string, string>): Promise<FolderShape> {
  const variables = new Map<string, Variable>();
  const providers = new Set<string>();
  const resources = new Set<string>();
  for (const [name, text] of files) {
    const { variable = {}, resource = {}, terraform = [] } = (await parse(name, text)) as Parsed;
    for (const [key, [body = {}]] of Object.entries(variable)) variables.set(key, body);
    for (const [type, named] of Object.entries(resource))
      for (const key of Object.keys(named)) resources.add(`${type}.${key}`);
    for (const { required_providers = [] } of terraform)
      for (const local of required_providers.flatMap((block) => Object.keys(block))) providers.add(local);
  }
  return { variables, providers, resources };
}

/** The head of a folder's test file: its providers mocked, and a good value for each variable that has no default. */
export function writeTestHead(shape: FolderShape): string {
  const mocks = [...shape.providers].map((name) => `mock_provider "${name}" {\n${mockedResources[name] ?? ''}}\n`);
  return [...mocks, `variables {\n${writeArguments('  ', giveVariables(shape))}}\n`].join('\n');
}

/** A good value for each variable that has no default: they are all passwords. */
export function giveVariables({ variables }: FolderShape): readonly (readonly [name: string, value: string])[] {
  const asked = [...variables].filter(([, variable]) => variable.default === undefined);
  return asked.map(([name]) => [name, 'Correct horse battery staple, 4']);
}

/** One a line, as `terraform fmt` has them. */
function writeArguments(indent: string, values: readonly (readonly [name: string, value: unknown])[]): string {
  const width = Math.max(...values.map(([name]) => name.length));
  return values.map(([name, value]) => `${indent}${name.padEnd(width)} = ${JSON.stringify(value)}\n`).join('');
}

const mockedResources: Readonly<Record<string, string>> = {
  google: `  mock_resource "google_service_account" {
    defaults = {
      email  = "x@mock.iam.gserviceaccount.com"
      member = "serviceAccount:x@mock.iam.gserviceaccount.com"
    }
  }
`,
};

/** What no variable of a type may be. */
const badValues: Readonly<Record<string, readonly unknown[]>> = {
  '${string}': ['', null, 'eleven-long'],
  '${number}': [0, -1, 1.5, null],
};

/**
 * Runs that hold a folder's variables to their validation: each has one, and it refuses every bad value of its type: of
 * text another value (another project, region or network), nothing, null and what is too short for a password; of
 * numbers what is no whole number from 1 up. Each run gives every variable a bad value, and each must be refused by its
 * own validation, with its own message.
 */
export function writeRefusals({ variables }: FolderShape): string {
  const bad = [...variables].map(([name, variable]) => ({ name, values: listBadValues(name, variable) }));
  const runs = Math.max(...bad.map(({ values }) => values.length));
  return Array.from({ length: runs }, (_, index) => writeRun(index, bad)).join('\n');
}

function listBadValues(name: string, variable: Variable): readonly unknown[] {
  const values = badValues[variable.type ?? ''];
  if (values === undefined) throw new Error(`${name}: say what is no good value of ${variable.type}`);
  if (variable.validation === undefined) throw new Error(`${name}: no validation`);
  const other = typeof variable.default === 'string' ? [`${variable.default}-2`, variable.default.toUpperCase()] : [];
  return [...other, ...values];
}

function writeRun(index: number, bad: readonly { name: string; values: readonly unknown[] }[]): string {
  const given = bad.map(({ name, values }) => [name, values[index % values.length]] as const);
  return `run "refuses_bad_values_${index}" {
  command = plan

  variables {
${writeArguments('    ', given)}  }

  expect_failures = [${bad.map(({ name }) => `var.${name}`).join(', ')}]
}
`;
}
