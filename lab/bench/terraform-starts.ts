import { chmod, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { toolPath } from '../../src/tools/tool-path.js';

/** One Terraform, from its start to its end. Milliseconds since the epoch. */
export interface TerraformStart {
  readonly from: number;
  readonly to: number;
  /** `init`, `plan`, `apply`, `show`, `state`. */
  readonly command: string;
}

/** A wrapped Terraform that logs when it ran: its runs leave no request anywhere. */
export interface TimedTerraform {
  /** The environment that makes a worker use this one. */
  readonly env: Readonly<Record<string, string>>;
  readonly log: string;
}

const LOG = 'terraform.log';

/**
 * Puts a script before the real program that logs the time before and after it: two starts of `date`, milliseconds. A signal would end the
 * two out of order: use it for runs in which nobody is killed.
 */
export async function timedTerraform(folder: string): Promise<TimedTerraform> {
  const real = await toolPath('terraform');
  const program = path.join(folder, 'timed-terraform');
  const log = path.join(folder, LOG);
  const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const lines = [
    '#!/bin/sh',
    'from=$(date +%s%3N)',
    `${quoted(real)} "$@"`,
    'code=$?',
    `echo "$from $(date +%s%3N) $1" >> ${quoted(log)}`,
    'exit $code',
  ];
  await writeFile(program, `${lines.join('\n')}\n`);
  await chmod(program, 0o700);
  return { env: { SLIPWAY_BIN_TERRAFORM: program }, log };
}

/** The log in the order of time; empty where no Terraform was started. */
export async function terraformStarts({ log }: Pick<TimedTerraform, 'log'>): Promise<TerraformStart[]> {
  const text = await readFile(log, 'utf8').catch(() => '');
  return startsIn(text);
}

/** The entries in the text of a log. A version query is no start of a step. */
export function startsIn(text: string): TerraformStart[] {
  return text
    .split('\n')
    .flatMap((line) => {
      const [, from, to, command = ''] = /^(\d+) (\d+) (\S+)$/.exec(line) ?? [];
      return from === undefined || command === 'version'
        ? []
        : [{ from: Number(from), to: Number(to), command }];
    })
    .toSorted((a, b) => a.from - b.from);
}
