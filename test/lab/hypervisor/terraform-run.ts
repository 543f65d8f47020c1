import path from 'node:path';
import { execa, type ResultPromise } from 'execa';
import type { ClusterDefinition } from '../../../lab/clusters/cluster-definition.js';
import { writeTerraformConfiguration } from '../../../lab/terraform/write-configuration.js';
import { toolPath } from '../../../src/tools/tool-path.js';
import { terraformToken, type TestHypervisor } from './a-hypervisor.js';

/** The fields of a plan's `show -json` that are read. */
export interface PlanJson {
  readonly output_changes?: Readonly<Record<string, { readonly actions: readonly string[] }>>;
  readonly resource_changes?: readonly {
    readonly address: string;
    readonly action_reason?: string;
    readonly change: { readonly actions: readonly string[] };
  }[];
}

interface StateResource {
  readonly address: string;
  readonly tainted?: boolean;
  readonly values: { readonly id: string; readonly input: Readonly<Record<string, unknown>> };
}

interface StateModule {
  readonly resources?: readonly StateResource[];
  readonly child_modules?: readonly StateModule[];
}

export const versions = { talos: 'v1.12.1', kubernetes: 'v1.35.0' };

/** A real Terraform or OpenTofu on the lab's configuration, with its state in a folder of its own. */
export class TerraformRun {
  readonly folder: string;

  private constructor(
    private readonly binary: string,
    private readonly hypervisor: TestHypervisor,
    private readonly tool: string,
  ) {
    this.folder = path.join(hypervisor.folder, tool);
  }

  static async init(
    tool: 'terraform' | 'tofu',
    hypervisor: TestHypervisor,
    definition: ClusterDefinition,
  ): Promise<TerraformRun> {
    const run = new TerraformRun(await toolPath(tool), hypervisor, tool);
    await writeTerraformConfiguration({ directory: run.folder, definition, versions });
    await run.do(
      'init',
      '-input=false',
      `-backend-config=path=${path.join(hypervisor.folder, `${tool}.tfstate`)}`,
    );
    return run;
  }

  /** Starts it; `reject: false`, so that its exit code is an answer. */
  start(...args: string[]): ResultPromise<{ reject: false; all: true }> {
    return execa(this.binary, args, {
      cwd: this.folder,
      reject: false,
      all: true,
      extendEnv: false,
      env: {
        PATH: `${path.dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
        HOME: this.hypervisor.folder,
        TF_IN_AUTOMATION: '1',
        CHECKPOINT_DISABLE: '1',
        NO_COLOR: '1',
        PROXMOX_VE_ENDPOINT: this.hypervisor.url,
        PROXMOX_VE_API_TOKEN: `${terraformToken.name}=${terraformToken.secret}`,
      },
    });
  }

  /** Runs it to a good end. */
  async do(...args: string[]): Promise<string> {
    const { exitCode, all, stdout } = await this.start(...args);
    if (exitCode !== 0) throw new Error(`${args.join(' ')} ended with ${exitCode}:\n${all}`);
    return stdout;
  }

  apply(...args: string[]): Promise<string> {
    return this.do('apply', '-input=false', '-auto-approve', '-no-color', ...args);
  }

  /** Applies a saved plan. OpenTofu requires its variables again, Terraform rejects them. */
  applyPlan(file: string, ...variables: string[]): Promise<string> {
    const again = this.tool === 'tofu' ? variables : [];
    return this.do('apply', '-input=false', '-no-color', ...again, file);
  }

  /** Templates first: the VMs name them by id alone. */
  async applyFromNothing(): Promise<void> {
    await this.apply('-target=module.templates');
    await this.apply();
  }

  /** Makes a plan; answers it as JSON, and the exit code of `-detailed-exitcode`. */
  async plan(...args: string[]): Promise<{ exitCode: number | undefined; plan: PlanJson; file: string }> {
    const file = path.join(this.folder, 'saved.plan');
    const made = await this.start(
      'plan',
      '-input=false',
      '-no-color',
      '-detailed-exitcode',
      `-out=${file}`,
      ...args,
    );
    if (made.exitCode === 1) throw new Error(made.all);
    return {
      exitCode: made.exitCode,
      plan: JSON.parse(await this.do('show', '-json', file)) as PlanJson,
      file,
    };
  }

  async state(): Promise<StateResource[]> {
    const shown = JSON.parse(await this.do('show', '-json')) as { values?: { root_module: StateModule } };
    return shown.values ? resourcesOf(shown.values.root_module) : [];
  }
}

/** Changes of a plan that do something: address → actions and reason. */
export function changesOf(plan: PlanJson): Record<string, string> {
  const doing = (plan.resource_changes ?? []).filter(({ change }) => change.actions.join() !== 'no-op');
  return Object.fromEntries(
    doing.map(({ address, change, action_reason: reason }) => [
      address,
      [change.actions.join('+'), reason].filter(Boolean).join(' '),
    ]),
  );
}

function resourcesOf(module: StateModule): StateResource[] {
  return [...(module.resources ?? []), ...(module.child_modules ?? []).flatMap(resourcesOf)];
}
