import { z } from 'zod';

const Mac = z
  .string()
  .regex(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i)
  .transform((mac) => mac.toLowerCase());

const Image = z.strictObject({
  talos: z.string().regex(/^v\d+\.\d+\.\d+/),
  schematic: z.string().regex(/^[0-9a-f]{64}$/),
});

/** A requested network interface. Without a MAC the hypervisor generates one. */
const Nic = z.strictObject({
  mac: Mac.nullish(),
  vlan: z.union([z.literal('untagged'), z.int().min(1).max(4094)]),
  model: z.string(),
});

const attributes = {
  name: z.string().min(1),
  cpu: z.int().positive(),
  memoryMb: z.int().positive(),
  diskGb: z.int().positive(),
  /** Storage pool: `vms-ceph`. */
  pool: z.string(),
  /** `vmbr1` */
  bridge: z.string(),
  nics: z.array(Nic).min(1),
  pci: z.array(z.string()),
};

/** Body of `POST /templates`. */
export const TemplateRequest = z.strictObject({
  id: z.int().positive(),
  name: z.string().min(1),
  host: z.string().min(1),
  image: Image,
});

/** Body of `POST /vms`. */
export const VmRequest = z.strictObject({
  ...attributes,
  vmid: z.int().positive(),
  host: z.string().min(1),
  template: z.int().positive(),
  /** 16 bytes: Terraform’s ids are written like a UUID and have no version. */
  uuid: z.guid().transform((uuid) => uuid.toLowerCase()),
  userData: z.string().nullish(),
});

/** Body of `PATCH /vms/<id>`: an out-of-band change of a VM. It takes effect at the VM's next start. */
export const VmChange = z.strictObject(attributes).partial();

/** Body of `POST /vms/<id>/power` and `POST /hosts/<name>/power`. */
export const PowerRequest = z.strictObject({ state: z.enum(['on', 'off']) });

export type TemplateRequest = z.infer<typeof TemplateRequest>;
export type VmRequest = z.infer<typeof VmRequest>;
export type VmChange = z.infer<typeof VmChange>;
