import { emptySchematic } from '../factory/schematics.js';
import type { InstallerImage } from './image-source.js';
import { checkHostVersion } from './installer-preflight.js';
import { pause, reasonOf } from './interruptible.js';
import type { Machine } from './machine.js';

/** The Talos flow that runs the installer. */
export type UpgradeFlow = 'legacy' | 'lifecycle';

/** One run of the installer. */
export interface InstallerRun {
  readonly flow: UpgradeFlow;
  /** Reference of the installer image. */
  readonly image: string;
  /** The content of the image. */
  readonly content: InstallerImage;
  /** Called for each line of the installer's output. */
  readonly print: (line: string) => void;
  /** Aborts when the machine goes down during the install. */
  readonly signal: AbortSignal;
}

/** The end of the installer. With another code than 0 it has changed nothing. */
export type InstallerEnd = { readonly code: 0 } | { readonly code: 1; readonly reason: string };

/**
 * Runs the installer: it checks the distance of the versions, writes the slot that is not the default, and makes it the default. The
 * machine's log records the slot and what was destroyed. Rejects with Interrupted when the machine goes down meanwhile; nothing has changed
 * then.
 */
export async function runInstaller(machine: Machine, run: InstallerRun): Promise<InstallerEnd> {
  const { flow, image, print, signal } = run;
  machine.record('install-started', image, { flow, target: machine.bootSlots.target().slot });
  print('running pre-flight checks');
  print(`host Talos version: ${machine.version}`);
  await pause(machine.durations.install / 2, signal);
  try {
    checkHostVersion(machine.version, run.content.version);
  } catch (error) {
    return failed(machine, run, `pre-flight checks failed: ${reasonOf(error)}`);
  }
  print('all pre-flight checks successful');
  await pause(machine.durations.install / 2, signal);
  if (machine.faults.take('installer:working', machine.name) !== undefined)
    await pause(machine.durations.slowInstall, signal);
  if (machine.faults.take('installer:finished', machine.name) !== undefined) {
    return failed(machine, run, 'task "upgrade" failed: exit code 1');
  }
  const { slot, overwrites } = machine.bootSlots.install({ ...written(machine, run.content), image });
  machine.record('install-finished', `${image} into slot ${slot}`, {
    flow,
    target: slot,
    ...(overwrites === undefined ? {} : { overwrites }),
  });
  print(machine.bootSlots.bootloader === 'grub' ? 'executing: grub-install' : 'updating EFI variables');
  print(`installation of ${run.content.version} complete`);
  return { code: 0 };
}

function failed(machine: Machine, { flow, image, print }: InstallerRun, reason: string): InstallerEnd {
  machine.record('install-failed', `${image}: ${reason}`, { flow });
  print(`Error: ${reason}`);
  return { code: 1, reason };
}

/** The content written to the slot: the image's, unless a fault replaces it. */
function written(machine: Machine, content: InstallerImage): InstallerImage {
  const fault = machine.faults.take('installer:writing', machine.name);
  if (fault === 'wrong-schematic') return { ...content, schematic: emptySchematic, extensions: [] };
  if (fault === 'extension-missing') return { ...content, extensions: content.extensions.slice(0, -1) };
  return content;
}
