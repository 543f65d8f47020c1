import type { Machine } from './machine.js';

/** See `Machine.waitFor`. */
export function waitForMachine(
  machine: Machine,
  holds: (machine: Machine) => boolean,
  wait: { what: string; timeoutMs: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      unsubscribe();
    };
    const look = (): void => {
      if (!holds(machine)) return;
      stop();
      resolve();
    };
    const unsubscribe = machine.onChange(look);
    const timer = setTimeout(() => {
      stop();
      const waited = `waited ${wait.timeoutMs} ms for ${wait.what}`;
      reject(new Error(`${machine.name}: ${waited}. It is ${summary(machine)}.`));
    }, wait.timeoutMs);
    look();
  });
}

function summary(machine: Machine): string {
  const unmet = machine.unmet.map(({ name, reason }) => `${name}: ${reason}`).join('; ');
  const { power, stage, ready, version, booted } = machine;
  return `power ${power}, stage ${stage}, ready ${ready}, ${version} in slot ${booted}${unmet === '' ? '' : ` (${unmet})`}`;
}
