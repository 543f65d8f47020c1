import { createHash } from 'node:crypto';
import { parse, stringify } from 'yaml';
import { z } from 'zod';

/**
 * The body of `POST /schematics`, as far as the lab simulates it. Unknown fields are rejected. The order of the fields is the factory's
 * own, and affects the id.
 */
const Schematic = z.strictObject({
  customization: z
    .strictObject({
      extraKernelArgs: z.array(z.string()).optional(),
      meta: z.array(z.strictObject({ key: z.int().min(0).max(255), value: z.string() })).optional(),
      systemExtensions: z.strictObject({ officialExtensions: z.array(z.string()).optional() }).optional(),
      secureboot: z.strictObject({ includeWellKnownCertificates: z.boolean().optional() }).optional(),
    })
    .default({}),
});
type Schematic = z.infer<typeof Schematic>;

/** The schematic without any customization. */
export const emptySchematic = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba';

/** The schematics that the factory knows, by id. The examples' ids may be given; others are computed from the content. */
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
   * Stores a schematic (YAML or JSON) and returns its id; the same schematic has the same id.
   *
   * @throws a sentence when it is no schematic
   */
  post(text: string): { readonly id: string; readonly document: string } {
    const schematic = Schematic.parse(parse(text) ?? {});
    const document = canonical(schematic);
    const id = idOf(document);
    this.#byId.set(id, schematic);
    return { id, document };
  }

  /** Every extension any schematic has. */
  allExtensions(): readonly string[] {
    return [...new Set([...this.#byId.keys()].flatMap((id) => this.extensions(id) ?? []))].toSorted();
  }
}

/** The id the factory gives a schematic: the SHA-256 of its canonical YAML. */
export function schematicId(schematic: z.input<typeof Schematic>): string {
  return idOf(canonical(Schematic.parse(schematic)));
}

function idOf(document: string): string {
  return createHash('sha256').update(document).digest('hex');
}

/** The factory's format: its own order of fields, empty ones omitted, no folded lines. */
function canonical({ customization }: Schematic): string {
  const kept = Object.fromEntries(Object.entries(customization).filter(([, value]) => !isEmpty(value)));
  const text = stringify({ customization: kept }, { indent: 4, lineWidth: 0 });
  return text.replaceAll(BLOCK_OF_META, '            ');
}

/** Go's YAML rounds the indentation of a block of text down to whole steps; nothing else in a schematic is as deep. */
const BLOCK_OF_META = /^ {14}/gm;

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && value !== null && Object.values(value).every(isEmpty);
}
