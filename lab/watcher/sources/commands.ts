import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { CommandObservation, Moment } from '../evidence.js';

/** Clock ticks in a second, as Linux counts a process's start: USER_HZ is 100 on every machine Node runs on. */
const TICKS_PER_SECOND = 100;

/** The option of each program with its endpoint. */
const DIALS: Readonly<Record<string, readonly string[]>> = {
  talosctl: ['--endpoints', '-e'],
  kubectl: ['--server', '-s'],
};

/** With these options talosctl shows no certificate. */
const INSECURE = new Set(['--insecure', '--insecure=true', '-i']);

/** A machine of the lab and its addresses: the inventory's, and the one in the lab. */
export interface AddressedMachine {
  readonly name: string;
  readonly address: string;
  readonly loopback: string;
}

/**
 * Programs that connect to a machine. They are detected before any answer, so that attempts at a machine that is down are recorded as well.
 * A process that lives for less than a tenth of a second can be missed, and so can a connection that Slipway makes without a program.
 */
export class Commands {
  readonly observations: CommandObservation[] = [];
  /** By process id: a reused id has another start time. */
  readonly #reported = new Map<number, Moment>();

  constructor(readonly machines: readonly AddressedMachine[]) {}

  /** Called for a process, once or more often, with its present arguments. */
  async take(pid: number, argv: readonly string[]): Promise<void> {
    const seen = commandOf(argv, this.machines);
    if (seen === undefined) return;
    const at = await beganAt(pid);
    if (at === undefined || this.#reported.get(pid) === at) return;
    this.#reported.set(pid, at);
    this.observations.push({ at, ...seen });
  }
}

/** The dialled address of a command line, where it is one of those programs and dials a machine of the lab. */
export function commandOf(
  argv: readonly string[],
  machines: readonly AddressedMachine[],
): Omit<CommandObservation, 'at'> | undefined {
  // A prefix is allowed: `setpriv --pdeathsig KILL -- /proc/1/fd/21 -- talosctl`.
  const begin = argv.findIndex((word) => path.basename(word) in DIALS);
  const [file = '', ...rest] = argv.slice(begin);
  const program = path.basename(file);
  const dialled = valuesOf(rest, DIALS[program] ?? []).map(hostOf);
  const endpoint = machines.find(({ loopback }) => dialled.includes(loopback));
  if (begin < 0 || endpoint === undefined) return undefined;
  const firstOption = rest.findIndex((word) => word.startsWith('-'));
  const words = firstOption < 0 ? rest : rest.slice(0, firstOption);
  const about = valuesOf(rest, ['--nodes', '-n']);
  return {
    command: [program, ...words].join(' '),
    endpoint: endpoint.name,
    nodes: machines
      .filter(({ address, loopback }) => about.includes(address) || about.includes(loopback))
      .map(({ name }) => name),
    ...(program === 'talosctl' && rest.some((word) => INSECURE.has(word)) ? { insecure: true } : {}),
  };
}

/** Both `--nodes a,b` and `--nodes=a`. */
function valuesOf(words: readonly string[], options: readonly string[]): string[] {
  return words.flatMap((word, index) => {
    const [name = '', ...value] = word.split('=');
    if (!options.includes(name)) return [];
    return (value.length > 0 ? value.join('=') : (words[index + 1] ?? '')).split(',');
  });
}

/** Both `https://127.77.67.1:6443` and `127.77.67.1`. */
function hostOf(value: string): string {
  return value.replace(/^https?:\/\//, '').replace(/[:/].*$/, '');
}

/** The start time of a process, to a hundredth of a second; undefined when it has ended. */
async function beganAt(pid: number): Promise<Moment | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The second field, the name, is in brackets and may contain anything; the twenty-second is the start, since the boot.
  const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  if (stat === '' || !Number.isFinite(ticks)) return undefined;
  return bootedAt + (ticks * 1000) / TICKS_PER_SECOND;
}

const bootedAt: Moment = Date.now() - os.uptime() * 1000;
