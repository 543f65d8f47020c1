import { Option, type Command } from 'commander';
import type { ExitCode } from './mistakes.js';

/** Gets the exit code of the command that ran. */
export type Finished = (code: ExitCode) => void;

export const exitCodesText = `
Exit codes: 0 done or nothing to do · 1 refused, halted or failed · 2 wrong option, argument or file ·
            3 Temporal or the worker does not answer`;

export function command(program: Command, name: string, description: string): Command {
  return program.command(name).description(description);
}

export function withFile(target: Command): Command {
  return target.option('-f, --file <file>', 'the inventory of the cluster', 'slipway.yaml');
}

export function withTarget(target: Command): Command {
  return withFile(target)
    .option(
      '--talos <version>',
      'another version than slipway.yaml declares; the report says that git does not declare it',
    )
    .option('--only <node...>', 'only these nodes')
    .addOption(
      new Option(
        '--strategy <strategy>',
        'how this run does it; another than upgrade.strategy of slipway.yaml waits for slipway approve',
      ).choices(['in-place', 'replace']),
    );
}

export function withTemporal(target: Command): Command {
  const option = new Option('--task-queue <name>', 'the task queue of the workers')
    .env('SLIPWAY_TASK_QUEUE')
    .default('slipway');
  return target.addOption(option);
}

export function examples(...lines: readonly string[]): string {
  return `\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${lines.map((line) => `  ${line}`).join('\n')}\n${exitCodesText}`;
}
