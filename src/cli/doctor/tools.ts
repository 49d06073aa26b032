import type { Finding } from './finding.ts';
import { adviseInstall, type Installer } from './install.ts';
import type { RunTool, ToolAnswer } from './run-tool.ts';
import { isAtLeast, readVersion } from './version.ts';

/** A program of the machine. */
interface Tool {
  readonly name: 'python' | 'pip' | 'terraform' | 'kubectl' | 'gcloud';
  /** Any of these will do; the first that answers is told. */
  readonly commands: readonly (readonly [program: string, ...args: string[]])[];
  /** After `needed only`. */
  readonly purpose: string;
  /** The oldest version that will do. */
  readonly least?: string;
}

/** As `required_version` of the generated Terraform; OpenTofu has had the same since its own version of that number. */
export const leastTerraform = '1.11';

const tools: readonly Tool[] = [
  {
    name: 'python',
    commands: [
      ['python3', '--version'],
      ['python', '--version'],
    ],
    purpose: 'for the generated flows, main.py and tests',
    // They say `list[…]` where it is run.
    least: '3.9',
  },
  {
    name: 'pip',
    // In the order in which pgSTAC's SQL is looked for.
    commands: [
      ['pip', '--version'],
      ['pip3', '--version'],
      ['python3', '-m', 'pip', '--version'],
      ['uv', '--version'],
    ],
    purpose: "to fetch pgSTAC's SQL, once a release",
  },
  {
    name: 'terraform',
    commands: [
      ['terraform', 'version', '-json'],
      ['tofu', 'version', '-json'],
    ],
    purpose: 'to apply the generated Terraform',
    least: leastTerraform,
  },
  {
    name: 'kubectl',
    commands: [['kubectl', 'version', '--client', '--output=json']],
    purpose: 'to apply the generated manifests',
  },
  {
    name: 'gcloud',
    commands: [['gcloud', '--version']],
    purpose: 'to log in to Google Cloud, and to reach machines through IAP',
  },
];

/** Each of the programs that the platform's user guide runs. None of them is needed to try it, so none is `missing`. */
export async function lookAtTools(run: RunTool, installer: Installer): Promise<readonly Finding[]> {
  return await Promise.all(tools.map((tool) => lookAtTool(run, installer, tool)));
}

/** All are asked at once, since each may take its whole time; the first of the list that does is the one that is found. */
async function lookAtTool(run: RunTool, installer: Installer, tool: Tool): Promise<Finding> {
  const { name, commands, purpose, least } = tool;
  const note = (found: string): Finding => ({
    name,
    state: 'note',
    found: `${found}; needed only ${purpose}`,
    fix: adviseInstall(name, installer),
  });
  let problem: string | null = null;
  const answers = await Promise.all(
    commands.map(async ([program, ...args]) => ({ program, args, answer: await run(program, args) })),
  );
  for (const { program, args, answer } of answers) {
    const shown = name === 'pip' && args[0] === '-m' ? 'python3 -m pip' : program;
    const version = answer.kind === 'said' ? readVersion(answer.stdout) : null;
    if (version === null) problem ??= describeProblem(shown, answer);
    else if (least !== undefined && !isAtLeast(version, least))
      problem ??= `${shown} ${version} is older than ${least}`;
    else return { name, state: 'ok', found: `${shown} ${version}`, fix: null };
  }
  const names = [...new Set(commands.map(([program]) => program))].join(', ');
  return note(problem ?? `there is no ${names.replace(/, (?=[^,]*$)/, ' or ')}`);
}

/** Null for what is simply not there. */
function describeProblem(program: string, answer: ToolAnswer): string | null {
  switch (answer.kind) {
    case 'absent':
      return null;
    case 'said':
      return `${program} says no version`;
    case 'failed':
      return `${program} does not run (${answer.reason})`;
    case 'silent':
      return `${program} did not answer within ${answer.seconds} s`;
    default:
      return answer satisfies never;
  }
}
