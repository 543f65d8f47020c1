import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { declaringVariables, inventoryWithTalos, variablesWithTalos } from './declared-talos.js';
import type { HypervisorDescription, LabDescription } from './lab-description.js';
import { commitLab } from './lab-repository.js';
import type { Finished } from './processes/foreground.js';
import { OwnersTerraform } from './terraform/owners-terraform.js';

/** The owner of a lab's machines: merges to git, and runs Terraform. */
export class Owner {
  readonly #lab: LabDescription;

  constructor(lab: LabDescription) {
    this.#lab = lab;
  }

  /** Declares a version of Talos, in slipway.yaml and for Terraform, as the merge of a bot's pull request does. Returns the commit. */
  async mergeTalos(talos: string): Promise<string> {
    await this.#edit(this.#lab.inventory, (text) => inventoryWithTalos(text, talos));
    const declared = path.join(this.#hypervisor().terraform.configuration, declaringVariables);
    await this.#edit(declared, (text) => variablesWithTalos(text, talos));
    return this.merge(`Talos ${talos}`);
  }

  /** Commits the present slipway.yaml and Terraform configuration. */
  merge(message: string): Promise<string> {
    this.#hypervisor();
    return commitLab(this.#lab.directory, message);
  }

  /** Terraform's planned changes for the declared versions. Exit code 0: none, 2: some. */
  async terraformPlan(): Promise<Finished> {
    return (await this.terraform()).plan();
  }

  /** Terraform at the owner's terminal. */
  async terraform(): Promise<OwnersTerraform> {
    const { url, tokens, terraform } = this.#hypervisor();
    const { program, configuration: folder, data, backend } = terraform;
    const token = (await readFile(tokens.owner, 'utf8')).trim();
    return new OwnersTerraform({ program, folder, data, backend, endpoint: url, token });
  }

  #hypervisor(): HypervisorDescription {
    const { hypervisor } = this.#lab;
    if (hypervisor) return hypervisor;
    throw new Error(
      'This lab was started without --hypervisor: its folder is in no git, and no Terraform made it.',
    );
  }

  async #edit(file: string, change: (text: string) => string): Promise<void> {
    await writeFile(file, change(await readFile(file, 'utf8')));
  }
}
