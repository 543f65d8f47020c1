import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { resolveBinary } from '../src/tools/binaries/resolve-binary.js';
import type { ClusterDefinition } from './clusters/cluster-definition.js';
import type { FaultPlan } from './faults/fault-plan.js';
import { startHypervisor } from './hypervisor/hypervisor-server.js';
import type { ApiToken } from './hypervisor/tokens.js';
import type { HypervisorDescription } from './lab-description.js';
import type { LabSettings } from './lab-options.js';
import { HTTP_PORT, armHypervisorFaults, type Tell, type Undo } from './lab-parts.js';
import { commitLab, createLabRepository } from './lab-repository.js';
import type { LabHypervisorAdapter } from './machines/hypervisor-adapter/lab-hypervisor-adapter.js';
import { clusterValues } from './terraform/cluster-values.js';
import { imageByNodeValues } from './terraform/image-by-node-values.js';
import { OwnersTerraform } from './terraform/owners-terraform.js';
import { declareVersions, writeTerraformConfiguration } from './terraform/write-configuration.js';

/** Names in the lab's folder. Terraform's state is outside of git, and outside of every checkout. */
export const hypervisorFiles = {
  configuration: 'terraform',
  backend: 'terraform-backend.hcl',
  endpoint: 'hypervisor-endpoint',
  token: 'hypervisor-token',
} as const;

/** The path of a node's machine configuration, in the lab's folder. */
export const machineConfigurations = 'machine-configurations/{node}.yaml';

/** The users of the hypervisor; Slipway's token differs from that of the machines' owner. */
const TOKENS = { owner: 'owner@pve!lab', slipway: 'terraform@pve!slipway' } as const;

/** The settings of a lab's hypervisor. */
export interface LabHypervisorOptions {
  readonly host: string;
  readonly room: LabHypervisorAdapter;
  readonly faults: FaultPlan;
  readonly undo: Undo[];
}

/** A hypervisor for the lab's machines, which knows none of them until its owner's Terraform was applied. */
export interface LabHypervisor {
  readonly description: HypervisorDescription;
  /**
   * Commits the files of git, and creates the state by a real `init` and `apply`: the lab's machines become the created VMs. Then git
   * declares the target, and the hypervisor's own faults are armed: they would have affected this apply.
   */
  makeMachines(tell: Tell): Promise<void>;
}

/** Starts the hypervisor, and writes the Terraform configuration of its machines into the lab's folder. Undefined: this lab has none. */
export async function startLabHypervisor(
  settings: LabSettings,
  options: LabHypervisorOptions,
): Promise<LabHypervisor | undefined> {
  if (!settings.hypervisor) return undefined;
  const { definition, directory, talos, kubernetes, speed } = settings;
  const configuration = path.join(directory, hypervisorFiles.configuration);
  await writeTerraformConfiguration({
    directory: configuration,
    definition,
    versions: { talos, kubernetes },
    ...(definition.terraform?.layout === 'image-by-node'
      ? { userData: userDataOf(definition, directory) }
      : {}),
  });
  const tool: 'terraform' | 'tofu' = settings.tofu ? 'tofu' : 'terraform';
  const { path: program, version } = await resolveBinary(tool, { fetch: false });
  const { room, faults, host, undo } = options;
  const log = path.join(directory, 'hypervisor.jsonl');
  const tokens = { owner: tokenNamed(TOKENS.owner), slipway: tokenNamed(TOKENS.slipway) };
  const running = await startHypervisor({
    host,
    port: HTTP_PORT,
    tokens: Object.values(tokens),
    log,
    room,
    faults,
    speed,
    first: {
      hosts: [...new Set(definition.machines.map((machine) => machine.host))].toSorted(),
      running: { names: definition.machines.map(({ name }) => name), adopt: (vm) => room.adopt(vm) },
    },
  });
  undo.push(() => running.stop());
  const files = writeFiles(directory, running.url, tokens);
  const { owner, slipway, backend, data, state } = files;
  const terraform = { tool, program, version, configuration, data, backend, state };
  const owners = new OwnersTerraform({
    program,
    folder: configuration,
    data,
    backend,
    endpoint: running.url,
    token: textOf(tokens.owner),
  });
  return {
    description: {
      url: running.url,
      log,
      slipway: TOKENS.slipway,
      tokens: { owner, slipway },
      terraform,
      ...madeOf(definition),
    },
    makeMachines: async (tell) => {
      const began = Date.now();
      await createLabRepository(directory);
      await owners.init();
      await owners.applyFromNothing();
      const took = ((Date.now() - began) / 1000).toFixed(1);
      tell(
        `hypervisor ${running.url}: Terraform made its templates and took the machines for its VMs in ${took} s`,
      );
      await declareTarget(settings, configuration);
      armHypervisorFaults(settings, faults);
    },
  };
}

async function declareTarget(settings: LabSettings, configuration: string): Promise<void> {
  const { directory, definition, talos, target, kubernetes } = settings;
  if (target === talos) return;
  await declareVersions(configuration, definition, { talos: target, kubernetes });
  await commitLab(directory, `Talos ${target}`);
}

/** Credentials and the place of the state, readable only for their owner. */
function writeFiles(
  directory: string,
  url: string,
  tokens: Readonly<Record<keyof typeof TOKENS, ApiToken>>,
): Record<'owner' | 'slipway' | 'backend' | 'data' | 'state', string> {
  const folder = (name: string): string => {
    mkdirSync(path.join(directory, name), { mode: 0o700 });
    return path.join(directory, name);
  };
  const write = (name: string, text: string): string => {
    const file = path.join(directory, name);
    writeFileSync(file, `${text}\n`, { mode: 0o600 });
    return file;
  };
  const state = path.join(folder('terraform-state'), 'terraform.tfstate');
  write(hypervisorFiles.endpoint, url);
  return {
    owner: write('hypervisor-token-owner', textOf(tokens.owner)),
    slipway: write(hypervisorFiles.token, textOf(tokens.slipway)),
    backend: write(hypervisorFiles.backend, `path = ${JSON.stringify(state)}`),
    data: folder('terraform-data'),
    state,
  };
}

/** The VMs' machine configurations: where the lab writes them. */
function userDataOf({ machines }: ClusterDefinition, directory: string): Record<string, string> {
  return Object.fromEntries(
    machines.map(({ name }) => [name, path.join(directory, machineConfigurations.replace('{node}', name))]),
  );
}

function madeOf(definition: ClusterDefinition): Pick<HypervisorDescription, 'vms' | 'templates'> {
  if (definition.terraform?.layout === 'image-by-node') {
    const nodes = Object.entries(imageByNodeValues(definition).nodes);
    return {
      vms: nodes.map(([name, { vm_id: vmid, image_id: template }]) => ({ name, vmid, template })),
      templates: nodes.map(([name, { image_id: id, host, is_controlplane: leads }]) => ({
        name,
        id,
        host,
        role: leads ? 'control-plane' : 'worker',
        node: name,
      })),
    };
  }
  const { control_nodes: controlPlanes, worker_nodes: workers, templates } = clusterValues(definition);
  return {
    vms: Object.entries({ ...controlPlanes, ...workers }).map(
      ([name, { vm_id: vmid, template_id: template }]) => ({ name, vmid, template }),
    ),
    templates: Object.entries(templates).map(([name, { template_id: id, host, role }]) => ({
      name,
      id,
      host,
      role,
    })),
  };
}

function tokenNamed(name: string): ApiToken {
  return { name, secret: randomUUID(), may: 'change' };
}

function textOf({ name, secret }: ApiToken): string {
  return `${name}=${secret}`;
}
