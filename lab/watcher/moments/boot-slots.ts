import type { Evidence, MachineEvent, Moment } from '../evidence.js';

/** Events after which no install waits for the next boot any more: it was booted, or reverted. */
const DISARMS = new Set(['booting', 'reverted', 'rollback-accepted']);

/** Events that end an installer, or the machine's work on it. */
const INSTALLER_ENDS = new Set([
  'install-finished',
  'install-failed',
  'rebooting',
  'down',
  'power-off',
  'booting',
]);

/** The install that a machine has armed and not booted at that moment; undefined: its next boot uses the running slot. */
export function armedAt(evidence: Evidence, node: string, at: Moment): MachineEvent | undefined {
  let armed: MachineEvent | undefined;
  for (const event of eventsOf(evidence, node)) {
    if (event.at > at) break;
    if (event.event === 'install-finished') armed = event;
    else if (DISARMS.has(event.event)) armed = undefined;
  }
  return armed;
}

/** The installer that was running on a machine right before that moment. One that begins then belongs to another request. */
export function installerAt(evidence: Evidence, node: string, at: Moment): MachineEvent | undefined {
  let running: MachineEvent | undefined;
  for (const event of eventsOf(evidence, node)) {
    if (event.at >= at) break;
    if (event.event === 'install-started') running = event;
    else if (INSTALLER_ENDS.has(event.event)) running = undefined;
  }
  return running;
}

/** The running slot when the machine was last ready, before that moment; undefined: it never was. */
export function lastGoodSlot(evidence: Evidence, node: string, at: Moment): string | undefined {
  return eventsOf(evidence, node).findLast((one) => one.event === 'ready' && one.at <= at)?.slot;
}

/** The target slot of an install. */
export function targetOf({ target, detail }: MachineEvent): string | undefined {
  return target ?? / into slot (\w+)$/.exec(detail ?? '')?.[1];
}

function eventsOf({ machineEvents }: Evidence, node: string): MachineEvent[] {
  return machineEvents.filter(({ machine }) => machine === node);
}
