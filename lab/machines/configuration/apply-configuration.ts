import { status } from '@grpc/grpc-js';
import type { Machine } from '../machine.js';
import { rebootPhases } from '../reboot.js';
import { Refusal } from '../refusal.js';
import { hasLifecycleService } from '../talos-services.js';
import { describeChange, whyNotImmediately } from './immediate-changes.js';
import {
  joined,
  parseMachineConfiguration,
  problemsOf,
  type MachineConfiguration,
} from './machine-configuration.js';

/** When a configuration takes effect. */
export type ApplyMode = 'REBOOT' | 'AUTO' | 'NO_REBOOT' | 'STAGED' | 'TRY';

/** The request of `talosctl apply-config`. */
export interface ApplyRequest {
  readonly text: string;
  readonly mode: ApplyMode;
  readonly dryRun: boolean;
  /** Milliseconds until a tried configuration is reverted. */
  readonly tryMs: number;
}

/** The machine's answer. */
export interface Applied {
  readonly mode: ApplyMode;
  readonly details: string;
}

const DETAILS: Readonly<Record<Exclude<ApplyMode, 'AUTO'>, string>> = {
  REBOOT: 'Applied configuration with a reboot',
  NO_REBOOT: 'Applied configuration without a reboot',
  TRY: 'Applied configuration without a reboot',
  STAGED: 'Staged configuration to be applied after the next reboot',
};

/**
 * Applies a configuration on a machine that has one. Nothing checks whose secrets are in it.
 *
 * @throws Refusal in Talos' words when it is invalid, or cannot take effect in the requested mode
 */
export function applyConfiguration(machine: Machine, request: ApplyRequest): Applied {
  const store = machine.disk.configuration;
  if (request.mode !== 'TRY') store.cancelTry();
  const next = read(request.text, (problem) => problem);
  if (next.v1alpha1 === undefined) {
    const question = 'did you mean to patch the machine config instead?';
    throw invalid(`the applied machine configuration doesn't contain v1alpha1 config, ${question}`);
  }
  const problems = problemsOf(next);
  if (problems.length > 0) throw invalid(joined(problems));
  const why = whyNotImmediately(store.active, next);
  if (why !== undefined && (request.mode === 'TRY' || request.mode === 'NO_REBOOT')) throw invalid(why);
  const chosen = why === undefined ? 'NO_REBOOT' : 'REBOOT';
  const mode = request.mode === 'AUTO' ? chosen : request.mode;
  const reason = request.mode === 'AUTO' && why !== undefined ? `: ${why}` : '';
  if (request.dryRun) {
    return {
      mode,
      details: dryRun(`${DETAILS[mode]} (skipped in dry-run).`, describeChange(store.active, next)),
    };
  }
  machine.dmesg.talos(`apply config request: mode ${request.mode.toLowerCase()}`);
  machine.record('configured', mode.toLowerCase());
  takeEffect(machine, next, mode, request.tryMs);
  const tried = `The config is applied in 'try' mode and will be automatically reverted back in`;
  const more = mode === 'TRY' ? `\n${tried} ${goDuration(request.tryMs)}` : '';
  return { mode, details: `${DETAILS[mode]}${more}${reason}` };
}

/**
 * Applies the first configuration of a machine that waits for one. Up to 1.12 the maintenance service does that, later the usual one: their
 * messages differ.
 *
 * @throws Refusal in Talos' words when it is no machine configuration
 */
export function configureFirst(machine: Machine, request: ApplyRequest): Applied {
  const unified = hasLifecycleService(machine.version);
  const mode = request.mode;
  if (!unified && (mode === 'NO_REBOOT' || mode === 'STAGED')) {
    const named = mode.toLowerCase().replace('_', '-');
    throw new Refusal(
      status.UNIMPLEMENTED,
      `apply configuration --mode='${named}' is not supported in maintenance mode`,
    );
  }
  const next = unified
    ? read(request.text, (problem) => problem)
    : read(request.text, (problem) => `failed to parse config: ${problem}`, status.UNKNOWN);
  const problems = problemsOf(next);
  if (problems.length > 0)
    throw invalid(`${unified ? '' : 'configuration validation failed: '}${joined(problems)}`);
  if (request.dryRun) return firstDryRun(unified, next);
  accept(machine, next);
  if (!unified) return { mode: 'REBOOT', details: '' };
  const chosen = mode === 'AUTO' || mode === 'REBOOT' ? 'NO_REBOOT' : mode;
  return { mode: chosen, details: DETAILS[chosen] };
}

function firstDryRun(unified: boolean, next: MachineConfiguration): Applied {
  const none = 'Node is running in maintenance mode and does not have a config yet.';
  if (!unified) return { mode: 'REBOOT', details: `Dry run summary:\n${none}` };
  const details = dryRun(`${DETAILS.NO_REBOOT} (skipped in dry-run).`, describeChange(undefined, next));
  return { mode: 'NO_REBOOT', details };
}

/** The machine continues its boot as soon as the configuration is on its disk. */
function accept(machine: Machine, next: MachineConfiguration): void {
  machine.record('configured', 'in maintenance mode');
  if (machine.faults.take('maintenance:configured', machine.name) !== undefined) return;
  machine.disk.configuration.stage(next);
}

function takeEffect(
  machine: Machine,
  next: MachineConfiguration,
  mode: Exclude<ApplyMode, 'AUTO'>,
  tryMs: number,
): void {
  const store = machine.disk.configuration;
  if (mode === 'TRY') store.try(next, tryMs);
  else if (mode === 'NO_REBOOT') store.set(next);
  else store.stage(next);
  if (mode === 'REBOOT') {
    const phases = rebootPhases(machine, 'DEFAULT');
    machine.run({ name: 'reboot', actorId: '', phases, via: 'kexec', takeOver: true });
  }
}

function read(
  text: string,
  said: (problem: string) => string,
  code: status = status.INVALID_ARGUMENT,
): MachineConfiguration {
  try {
    return parseMachineConfiguration(text);
  } catch (error) {
    throw new Refusal(code, said(error instanceof Error ? error.message : String(error)));
  }
}

function dryRun(...lines: string[]): string {
  return ['Dry run summary:', ...lines].join('\n');
}

function invalid(message: string): Refusal {
  return new Refusal(status.INVALID_ARGUMENT, message);
}

/** `1m0s` */
function goDuration(milliseconds: number): string {
  const seconds = milliseconds / 1_000;
  const minutes = Math.floor(seconds / 60);
  return minutes > 0 ? `${minutes}m${seconds % 60}s` : `${seconds}s`;
}
