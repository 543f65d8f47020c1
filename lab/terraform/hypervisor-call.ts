/**
 * What a provider does for a resource, called by its provisioners: one request to the hypervisor. It stands alone: the
 * compiled file is copied into the configuration as `hypervisor-call.mjs`.
 *
 * HYPERVISOR_CALL: create-vm, destroy-vm, create-template or destroy-template. HYPERVISOR_BODY: the resource, as JSON.
 * PROXMOX_VE_ENDPOINT and PROXMOX_VE_API_TOKEN (`user@realm!name=secret`) are Terraform's own environment.
 */
import { readFileSync } from 'node:fs';
import { request } from 'node:http';

/** `input` of a VM in `modules/talos-node`. */
interface VmResource {
  readonly vmid: number;
  readonly uuid: string;
  readonly name: string;
  readonly host: string;
  readonly template: number;
  readonly cpu: number;
  readonly memory_mb: number;
  readonly disk_gb: number;
  readonly pool: string;
  readonly bridge: string;
  /** `vlan` is `untagged` or a number as text: all elements of a list have one type. */
  readonly nics: readonly { readonly mac: string | null; readonly vlan: string; readonly model: string }[];
  readonly pci: readonly string[];
  readonly user_data_file: string | null;
}

/** `input` of a template in `modules/talos-template`. */
interface TemplateResource {
  readonly id: number;
  readonly name: string;
  readonly host: string;
  readonly talos_version: string;
  readonly schematic: string;
}

interface Answer {
  readonly status: number;
  readonly body: { readonly error?: string; readonly creation?: string };
}

const calls: Readonly<Record<string, (resource: VmResource & TemplateResource) => Promise<void>>> = {
  'create-vm': async (vm) => {
    // Terraform runs no destroy provisioner for a resource whose creation failed. A real provider removes its leftovers.
    const { status, body } = await ask('GET', `/vms/${vm.vmid}`);
    if (status === 200 && ['failed', 'abandoned'].includes(body.creation ?? ''))
      await must('DELETE', `/vms/${vm.vmid}`);
    await must('POST', '/vms', vmRequest(vm));
  },
  'destroy-vm': ({ vmid }) => must('DELETE', `/vms/${vmid}`, undefined, [404]),
  'create-template': async ({ id, name, host, talos_version: version, schematic }) => {
    await must('DELETE', `/templates/${id}`, undefined, [404]);
    await must('POST', '/templates', { id, name, host, image: { talos: `v${version}`, schematic } });
  },
  'destroy-template': ({ id }) => must('DELETE', `/templates/${id}`, undefined, [404]),
};

function vmRequest(vm: VmResource): object {
  const { vmid, uuid, name, host, template, cpu, pool, bridge, pci } = vm;
  return {
    vmid,
    uuid,
    name,
    host,
    template,
    cpu,
    pool,
    bridge,
    pci,
    memoryMb: vm.memory_mb,
    diskGb: vm.disk_gb,
    nics: vm.nics.map((nic) => ({ ...nic, vlan: nic.vlan === 'untagged' ? nic.vlan : Number(nic.vlan) })),
    ...(vm.user_data_file === null ? {} : { userData: readFileSync(vm.user_data_file, 'utf8') }),
  };
}

async function must(
  method: string,
  path: string,
  body?: object,
  alsoFine: readonly number[] = [],
): Promise<void> {
  const answer = await ask(method, path, body);
  if (answer.status === 200 || alsoFine.includes(answer.status)) return;
  throw new Error(`${method} ${path}: ${answer.status} ${answer.body.error ?? ''}`);
}

/** Not `fetch`: that times out after five minutes, and a hypervisor may take longer. */
function ask(method: string, path: string, body?: object): Promise<Answer> {
  const text = body === undefined ? '' : JSON.stringify(body);
  const headers = {
    authorization: `PVEAPIToken=${wanted('PROXMOX_VE_API_TOKEN')}`,
    'content-length': Buffer.byteLength(text),
  };
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => reject(new Error(`${method} ${path}: ${error.message}`));
    const asked = request(new URL(path, wanted('PROXMOX_VE_ENDPOINT')), { method, headers });
    asked.once('error', failed);
    asked.once('response', (response) => {
      let answer = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (answer += chunk));
      response.once('error', failed);
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body: parsed(answer) }));
    });
    asked.end(text);
  });
}

function parsed(text: string): Answer['body'] {
  try {
    return JSON.parse(text) as Answer['body'];
  } catch {
    return { error: text.slice(0, 300) };
  }
}

function wanted(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: Terraform needs it to reach the hypervisor.`);
  return value;
}

try {
  const name = wanted('HYPERVISOR_CALL');
  const call = calls[name];
  if (!call) throw new Error(`${name} is no call. There are ${Object.keys(calls).join(', ')}.`);
  await call(JSON.parse(wanted('HYPERVISOR_BODY')) as VmResource & TemplateResource);
} catch (error) {
  console.error(`hypervisor: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
