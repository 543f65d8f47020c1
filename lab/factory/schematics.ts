import { createHash } from 'node:crypto';
import { parse, stringify } from 'yaml';
import { z } from 'zod';

/** What `POST /schematics` takes, as far as the lab simulates it. A field it does not know is refused. */
const Schematic = z.strictObject({
  customization: z
    .strictObject({
      extraKernelArgs: z.array(z.string()).optional(),
      meta: z.array(z.strictObject({ key: z.int(), value: z.string() })).optional(),
      systemExtensions: z.strictObject({ officialExtensions: z.array(z.string()).optional() }).optional(),
      secureboot: z.strictObject({ includeWellKnownCertificates: z.boolean().optional() }).optional(),
    })
    .default({}),
});
type Schematic = z.infer<typeof Schematic>;

/** The schematic without any customization. */
export const emptySchematic = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba';

/** What the factory knows, by schematic id. Ids of the examples are given; others come from what was posted. */
export class Schematics {
  readonly #byId = new Map<string, Schematic>();

  /** `known`: extensions by schematic id. */
  constructor(known: Readonly<Record<string, readonly string[]>>) {
    this.#byId.set(emptySchematic, { customization: {} });
    for (const [id, extensions] of Object.entries(known)) {
      this.#byId.set(id, { customization: { systemExtensions: { officialExtensions: [...extensions] } } });
    }
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  /** Extensions of a schematic: `siderolabs/qemu-guest-agent`, …; undefined when the factory does not know it. */
  extensions(id: string): readonly string[] | undefined {
    const schematic = this.#byId.get(id);
    return schematic && (schematic.customization.systemExtensions?.officialExtensions ?? []);
  }

  /** The YAML that was posted; undefined when the factory does not know it. */
  document(id: string): string | undefined {
    const schematic = this.#byId.get(id);
    return schematic && canonical(schematic);
  }

  /**
   * Takes a schematic (YAML or JSON) and answers its id; the same one again has the same id.
   *
   * @throws a sentence when it is no schematic
   */
  post(text: string): { readonly id: string; readonly document: string } {
    const schematic = Schematic.parse(parse(text) ?? {});
    const document = canonical(schematic);
    const id = createHash('sha256').update(document).digest('hex');
    this.#byId.set(id, schematic);
    return { id, document };
  }

  /** Every extension any schematic has. */
  allExtensions(): readonly string[] {
    return [...new Set([...this.#byId.keys()].flatMap((id) => this.extensions(id) ?? []))].toSorted();
  }
}

function canonical(schematic: Schematic): string {
  return stringify(schematic, { indent: 4 });
}
