import { lstat, readFile, readdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Exposure, Moment, Searched } from '../evidence.js';
import { secretsIn, type Secret } from './secrets.js';

/** Slipway's private folders, one per user, in the system's temporary folder. */
const STEP_FOLDERS = /^slipway-steps-/;

/** Files larger than this are no logs. */
const LARGEST = 64 * 1024 * 1024;

/** Searches given places for secrets; each secret is reported once per place. */
export class Exposures {
  readonly found: Exposure[] = [];
  readonly #reported = new Set<string>();
  /** Process ids whose arguments were searched, with the time: a process may still exec another program. */
  readonly #processes = new Map<string, Moment>();

  readonly #counts = { processes: 0, texts: 0, files: 0 };

  constructor(
    readonly secrets: readonly Secret[],
    /** Called with the arguments of every observed process, each time. */
    readonly onProcess: (pid: number, argv: readonly string[]) => Promise<void>,
  ) {}

  get searched(): Searched {
    return { secrets: this.secrets.length, ...this.#counts };
  }

  /** In a text from Temporal. */
  lookInWords(words: string, where: string, at: Moment): void {
    this.#counts.texts += 1;
    this.#look(words, where, at);
  }

  #look(words: string, where: string, at: Moment): void {
    for (const secret of secretsIn(words, this.secrets)) {
      const key = `${secret}\n${where}`;
      if (this.#reported.has(key)) continue;
      this.#reported.add(key);
      this.found.push({ at, secret, where });
    }
  }

  /** The arguments of every process that is new since the last check, or was new at it. */
  async lookAtProcesses(): Promise<void> {
    const entries = await readdir('/proc');
    const now = Date.now();
    const running = new Set(entries.filter((entry) => /^\d+$/.test(entry)));
    for (const pid of running) if (!this.#processes.has(pid)) this.#newProcess(pid, now);
    for (const pid of this.#processes.keys()) if (!running.has(pid)) this.#processes.delete(pid);
    const fresh = [...this.#processes].filter(([, since]) => now - since < 1_000).map(([pid]) => pid);
    await Promise.all(
      fresh.map(async (pid) => {
        const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
        const [program = '', ...rest] = words.split('\0');
        this.#look(words, `arguments of process ${pid} (${path.basename(program)})`, now);
        await this.onProcess(Number(pid), [program, ...rest]);
      }),
    );
  }

  #newProcess(pid: string, now: Moment): void {
    this.#processes.set(pid, now);
    this.#counts.processes += 1;
  }

  /** Files, and all files in folders. Missing ones are skipped. */
  async lookInFiles(places: readonly string[]): Promise<void> {
    for (const place of places) {
      // oxlint-disable-next-line no-await-in-loop -- one file in memory at a time
      await this.#lookInFile(place);
    }
  }

  /** Leftovers of steps. */
  async lookInStepFolders(): Promise<void> {
    const entries = await readdir(os.tmpdir());
    await this.lookInFiles(
      entries.filter((entry) => STEP_FOLDERS.test(entry)).map((entry) => path.join(os.tmpdir(), entry)),
    );
  }

  async #lookInFile(file: string): Promise<void> {
    const stat = await lstat(file).catch(() => undefined);
    if (stat?.isDirectory() === true) {
      const entries = await readdir(file).catch(() => []);
      await this.lookInFiles(entries.map((entry) => path.join(file, entry)));
    }
    if (stat?.isFile() !== true || stat.size > LARGEST) return;
    // Read as Latin-1: every byte is a character, and no secret has others.
    const words = await readFile(file, 'latin1').catch(() => '');
    this.#counts.files += 1;
    this.#look(words, file, Date.now());
  }
}
