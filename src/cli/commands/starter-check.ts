import { checkStarter } from '../../starter/check-starter.js';
import { exitCodes, type ExitCode } from '../mistakes.js';
import { openTemporal } from '../temporal/connect-temporal.js';
import { sentence } from '../../planning/text/sentence.js';
import { print, printJson } from '../terminal.js';
import { readStarterFile } from './starter.js';

export interface StarterCheckOptions {
  readonly file: string;
  readonly json?: boolean;
}

/** Checks everything that starter.yaml depends on, and prints what is wrong. */
export async function starterCheck({ file, json }: StarterCheckOptions): Promise<ExitCode> {
  const settings = await readStarterFile(file);
  const temporal = openTemporal();
  try {
    const checks = await checkStarter(settings, temporal.client);
    if (json) printJson({ ok: checks.every(({ ok }) => ok), file, checks });
    else for (const { about, ok, says } of checks) print(`${ok ? '✓' : '✗'} ${about}: ${sentence(says)}`);
    const failed = checks.filter(({ ok }) => !ok);
    if (failed.length === 0) return exitCodes.ok;
    return failed.every(({ about }) => about === 'Temporal') ? exitCodes.silent : exitCodes.refused;
  } finally {
    await temporal.close();
  }
}
