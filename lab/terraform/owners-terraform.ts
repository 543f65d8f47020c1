import path from 'node:path';
import { foreground, type Finished } from '../processes/foreground.js';
import { unanswered } from '../processes/unanswered.js';

/** A hypervisor's owner at a terminal: a configuration in git, a separate state, and an own token. */
export interface OwnersPlace {
  /** Path of the program. */
  readonly program: string;
  /** Folder of the root module. */
  readonly folder: string;
  /** Terraform's own folder (`TF_DATA_DIR`): outside of git. */
  readonly data: string;
  /** File for `-backend-config`. */
  readonly backend: string;
  /** Base URL of the hypervisor. */
  readonly endpoint: string;
  /** `owner@pve!lab=…` */
  readonly token: string;
}

const PATIENCE_MS = 120_000;

/** Terraform as the owner of the machines types it: without Slipway. */
export class OwnersTerraform {
  readonly #place: OwnersPlace;

  constructor(place: OwnersPlace) {
    this.#place = place;
  }

  async init(): Promise<void> {
    await this.#do('init', `-backend-config=${this.#place.backend}`);
  }

  /** Creates everything that is missing: templates first, because VMs name them by their ids. */
  async applyFromNothing(): Promise<void> {
    await this.apply('-target=module.templates');
    await this.apply();
  }

  /** Applies the configuration, with further options: `-replace=…`. */
  async apply(...options: string[]): Promise<void> {
    await this.#do('apply', '-auto-approve', ...options);
  }

  /** Removes these addresses from the state; the machines stay. */
  async forget(...addresses: string[]): Promise<void> {
    const { code, stderr } = await this.#start('state', 'rm', ...addresses);
    if (code !== 0) throw new Error(`terraform state rm ended with ${code}: ${stderr.trim()}`);
  }

  /** An apply at its confirmation prompt, which holds the state's lock meanwhile. Returns a function that declines. */
  async applyUnanswered(...options: string[]): Promise<() => Promise<void>> {
    const { program, folder } = this.#place;
    const place = { cwd: folder, timeoutMs: PATIENCE_MS, env: this.#environment() };
    const args = ['apply', '-no-color', ...options];
    const answer = await unanswered(program, args, 'Enter a value:', place);
    return () => answer('no');
  }

  /** The planned changes for the versions in git. Exit code 0: none, 2: some. */
  async plan(): Promise<Finished> {
    const planned = await this.#run('plan', '-detailed-exitcode');
    if (planned.code === 0 || planned.code === 2) return planned;
    throw new Error(`terraform plan ended with ${planned.code}: ${planned.stderr.trim()}`);
  }

  async #do(command: string, ...args: string[]): Promise<void> {
    const { code, stderr } = await this.#run(command, ...args);
    if (code !== 0)
      throw new Error(`terraform ${[command, ...args].join(' ')} ended with ${code}: ${stderr.trim()}`);
  }

  #run(command: string, ...args: string[]): Promise<Finished> {
    return this.#start(command, '-input=false', '-no-color', ...args);
  }

  #start(...args: string[]): Promise<Finished> {
    const { program, folder } = this.#place;
    return foreground(program, args, { cwd: folder, timeoutMs: PATIENCE_MS, env: this.#environment() });
  }

  #environment(): Record<string, string> {
    const { data, endpoint, token } = this.#place;
    // Provisioners start node.
    const search = `${path.dirname(process.execPath)}:${process.env['PATH'] ?? '/usr/bin:/bin'}`;
    return {
      PATH: search,
      HOME: data,
      TF_DATA_DIR: data,
      TF_IN_AUTOMATION: '1',
      CHECKPOINT_DISABLE: '1',
      PROXMOX_VE_ENDPOINT: endpoint,
      PROXMOX_VE_API_TOKEN: token,
    };
  }
}

/** Whether a plan would change a machine or a template; changed outputs count as neither. */
export function leavesResourcesAlone({ code, stdout }: Finished): boolean {
  return code === 0 || (/^Changes to Outputs:/m.test(stdout) && !/^Plan:/m.test(stdout));
}
