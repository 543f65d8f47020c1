import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { Terraform as Section } from '../../../src/inventory/terraform.js';
import { pinNamed } from '../../../src/tools/binaries/wanted.js';
import { Refusal } from '../../../src/tools/refusal.js';
import { StepFolder } from '../../../src/tools/step-folder.js';
import { openTerraform, type OpenOptions } from '../../../src/tools/terraform/open-terraform.js';
import { RunRecords } from '../../../src/tools/terraform/run-records.js';
import type { PlanArguments, SavedPlan, Terraform } from '../../../src/tools/terraform/terraform.js';
import { toolPath } from '../../../src/tools/tool-path.js';

export type Tool = 'terraform' | 'tofu';

/** Terraform always; OpenTofu where it is installed. */
export const tools: readonly Tool[] = [
  'terraform',
  ...(await toolPath('tofu').then(
    () => ['tofu'] as const,
    () => [],
  )),
];

/** Two machines; a variable controls what creating one does. */
export const twoMachines = (backend: string): string => `
terraform {
  backend "${backend}" {}
}
variable "talos_version" { type = string }
variable "making" {
  type    = string
  default = "true"
}
variable "password" {
  type    = string
  default = ""
}
resource "terraform_data" "vm" {
  for_each         = toset(["k8s-work-1", "k8s-work-2"])
  input            = { name = each.key }
  triggers_replace = var.talos_version
  provisioner "local-exec" { command = var.making }
}
`;

export const vm = (node: string): string => `terraform_data.vm["${node}"]`;

/** The progress and reports of a run. */
export const limits = { timeoutMs: 120_000 };

/** A git repository with slipway.yaml and a configuration, and all other inputs of `openTerraform`. */
export class TestTerraform {
  readonly root = mkdtempSync(path.join(os.tmpdir(), 'slipway terraform '));
  readonly base = path.join(this.root, 'repository');
  readonly records = new RunRecords(path.join(this.root, 'records'));
  readonly said: string[] = [];
  commit = '';
  identity = '';
  readonly #steps: StepFolder[] = [];
  #recipient = '';

  static async make(configuration: string): Promise<TestTerraform> {
    const made = new TestTerraform();
    made.identity = await generateX25519Identity();
    made.#recipient = await identityToRecipient(made.identity);
    mkdirSync(made.base);
    made.git('init', '--quiet', '--initial-branch=main');
    made.write('slipway.yaml', 'name: prox-ops\n');
    made.write('infra/main.tf', configuration);
    made.commitAll();
    return made;
  }

  git(...args: string[]): string {
    const user = ['-c', 'user.name=test', '-c', 'user.email=test@example.org'];
    return execFileSync('git', ['-C', this.base, ...user, ...args], { encoding: 'utf8' }).trim();
  }

  write(name: string, text: string): string {
    const file = path.join(this.base, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  commitAll(): void {
    this.git('add', '--all');
    this.git('commit', '--quiet', '--message', 'test');
    this.commit = this.git('rev-parse', 'HEAD');
  }

  /** A file outside the repository. */
  file(name: string, text = ''): string {
    const file = path.join(this.root, name);
    writeFileSync(file, text);
    return file;
  }

  section(tool: Tool, more: object = {}): Section {
    return Section.parse({
      tool,
      version: pinNamed(tool)?.version,
      source: { folder: 'infra' },
      variables: { talos: 'talos_version' },
      ...more,
    });
  }

  async options(more: Partial<OpenOptions> = {}): Promise<OpenOptions> {
    const step = await StepFolder.open();
    this.#steps.push(step);
    return {
      cluster: 'prox-ops',
      base: this.base,
      commit: this.commit,
      step,
      snapshot: { directory: '../snapshots', recipient: this.#recipient },
      visible: ['k8s-work-1', 'k8s-work-2'],
      lockMs: 1_000,
      records: this.records,
      ...more,
    };
  }

  /** Opened, not yet initialised. */
  async open(tool: Tool, more: object = {}, options: Partial<OpenOptions> = {}): Promise<Terraform> {
    return openTerraform(this.section(tool, more), await this.options(options));
  }

  async ready(tool: Tool, more: object = {}, options: Partial<OpenOptions> = {}): Promise<Terraform> {
    const opened = await this.open(tool, more, options);
    await opened.init(limits);
    return opened;
  }

  plan(
    terraform: Terraform,
    what: Partial<PlanArguments> & { values?: object } = {},
    timeoutMs = limits.timeoutMs,
  ): Promise<SavedPlan> {
    const values = { talos_version: 'v1.12.1', ...what.values };
    return terraform.plan({ replace: [], targets: [], ...what, values }, { timeoutMs, says: this.says });
  }

  apply(terraform: Terraform, saved: SavedPlan, signal?: AbortSignal): Promise<void> {
    return terraform.apply(saved, { ...limits, says: this.says, ...(signal ? { signal } : {}) });
  }

  readonly says = (sentence: string): void => {
    this.said.push(sentence);
  };

  async end(): Promise<void> {
    await Promise.all(this.#steps.map((step) => step.close()));
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** The reason of a rejected promise. */
export async function reasonOf(promise: Promise<unknown>): Promise<Refusal['reason']> {
  const error: unknown = await promise.then(
    () => new Error('it was not refused'),
    (reason: unknown) => reason,
  );
  if (error instanceof Refusal) return error.reason;
  throw error;
}

export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(50);
}

/** A provisioner command that reports its start, and continues when the file `go` exists, or the test's folder is gone. */
export function waitingFor(began: string, go: string): string {
  return `touch '${began}'; while [ -e '${began}' ] && [ ! -e '${go}' ]; do sleep 0.1; done`;
}

export const exists = (file: string) => (): boolean => existsSync(file);
