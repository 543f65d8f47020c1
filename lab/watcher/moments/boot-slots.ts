import type { Evidence, MachineEvent, Moment } from '../evidence.js';

/** After these nothing waits for the next boot any more: it has come, or goes elsewhere. */
const DISARMS = new Set(['booting', 'reverted', 'rollback-accepted']);

/** Events with which an installer is over, or the machine under it. */
const INSTALLER_ENDS = new Set([
  'install-finished',
  'install-failed',
  'rebooting',
  'down',
  'power-off',
  'booting',
]);

/** The install a machine has taken and not booted by that moment; undefined: its next boot takes what runs. */
export function armedAt(evidence: Evidence, node: string, at: Moment): MachineEvent | undefined {
  let armed: MachineEvent | undefined;
  for (const event of eventsOf(evidence, node)) {
    if (event.at > at) break;
    if (event.event === 'install-finished') armed = event;
    else if (DISARMS.has(event.event)) armed = undefined;
  }
  return armed;
}

/** The installer that was at work on a machine before that moment, and still was. One that begins then is another's answer. */
export function installerAt(evidence: Evidence, node: string, at: Moment): MachineEvent | undefined {
  let running: MachineEvent | undefined;
  for (const event of eventsOf(evidence, node)) {
    if (event.at >= at) break;
    if (event.event === 'install-started') running = event;
    else if (INSTALLER_ENDS.has(event.event)) running = undefined;
  }
  return running;
}

/** The slot that ran when the machine was ready last, before that moment; undefined: it never was. */
export function lastGoodSlot(evidence: Evidence, node: string, at: Moment): string | undefined {
  return eventsOf(evidence, node).findLast((one) => one.event === 'ready' && one.at <= at)?.slot;
}

/** The slot an install went to. */
export function targetOf({ target, detail }: MachineEvent): string | undefined {
  return target ?? / into slot (\w+)$/.exec(detail ?? '')?.[1];
}

function eventsOf({ machineEvents }: Evidence, node: string): MachineEvent[] {
  return machineEvents.filter(({ machine }) => machine === node);
}
