import {
  listPrerequisites,
  listTools,
  type Prerequisite,
  type ToolState,
} from '../../tools/binaries/list-tools.js';
import { exitCodes, type ExitCode } from '../mistakes.js';
import { print, printJson } from '../terminal.js';

export interface ToolsOptions {
  readonly json?: boolean;
}

/** Lists the programs that Slipway runs: where each is, or what to type to install it. */
export async function tools({ json }: ToolsOptions): Promise<ExitCode> {
  const [programs, prerequisites] = await Promise.all([listTools(), listPrerequisites()]);
  if (json) printJson({ programs, prerequisites });
  else print(toolsText(programs, prerequisites));
  const missing =
    programs.some((tool) => tool.path === undefined) || prerequisites.some((one) => one.found === undefined);
  return missing ? exitCodes.refused : exitCodes.ok;
}

/** A table of the programs that were found and their sources. Under a missing program: why, and what to type. */
export function toolsText(programs: readonly ToolState[], prerequisites: readonly Prerequisite[]): string {
  const width = Math.max(
    ...programs.map(({ name }) => name.length),
    ...prerequisites.map(({ name }) => name.length),
  );
  const programRows = programs.flatMap(({ name, wanted, version, source, path, notes, remedy }) => {
    const state =
      path === undefined
        ? `✗ ${name.padEnd(width)}  ${wanted}`
        : `✓ ${name.padEnd(width)}  ${version ?? wanted}  ${source ?? ''}  ${path}`;
    const lines = remedy === undefined || path !== undefined ? notes : [...notes, `Type: ${remedy}`];
    return [state.trimEnd(), ...lines.map((note) => `    ${note}`)];
  });
  const machineRows = prerequisites.flatMap(({ name, found, remedy }) =>
    found === undefined
      ? [`✗ ${name}`, ...(remedy ? [`    ${remedy}`] : [])]
      : [`✓ ${name.padEnd(width)}  ${found}`],
  );
  return [...programRows, '', 'Of the machine itself:', ...machineRows].join('\n');
}
