import type { CommandResult } from '../run-command.js';
import { hearDiagnostics } from './terraform-events.js';
import { failureOf } from './terraform-failure.js';
import { runTerraform, type TerraformLimits, type TerraformRoot } from './terraform-root.js';

/**
 * Makes a plan that will not be applied. It takes no lock: it blocks nobody and waits for nobody. It changes nothing, so it dies with its
 * worker.
 *
 * @param args all except those of the lock; `-json` is among them.
 * @throws Refusal `terraform-plan-failed`, and those of certain errors
 */
export async function runUnlocked(
  root: TerraformRoot,
  [command = 'plan', ...rest]: readonly string[],
  limits: TerraformLimits,
  acceptExitCodes: readonly number[],
): Promise<CommandResult> {
  const { diagnostics, onLine } = hearDiagnostics();
  try {
    return await runTerraform(root, [command, '-lock=false', ...rest], limits, {
      acceptExitCodes,
      onLine,
    });
  } catch (error) {
    const { tool, version, discretion } = root;
    throw failureOf({ tool, version, command: 'plan', error, diagnostics, discretion });
  }
}
