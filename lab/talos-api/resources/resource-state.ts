import { stringify } from 'yaml';
import type { Machine } from '../../machines/machine.js';
import { timestamp } from '../calls/machine-calls.js';
import { encode } from '../wire.js';
import type { ResourceKind } from './resource-definitions.js';
import { contentOf, type Content } from './resource-view.js';

/** A resource as the API sends it. */
export interface Resource {
  readonly metadata: { readonly id: string; readonly version: string } & Record<string, unknown>;
  readonly spec: { readonly proto_spec: Buffer; readonly yaml_spec: string };
}

interface Kept {
  content: string;
  version: number;
  created: Date;
  updated: Date;
}

/**
 * The resources of one boot of a machine, with their versions: a changed resource gets the next version. Versions are updated on reads, so
 * two changes between two reads count as one.
 */
export class ResourceState {
  readonly #machine: Machine;
  readonly #kept = new Map<string, Kept>();
  #bootId = '';

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** Everything of a kind, sorted by id as the real API sorts. */
  async list(kind: ResourceKind): Promise<Resource[]> {
    const contents = await contentOf(kind, this.#machine);
    if (this.#bootId !== this.#machine.bootId) {
      this.#bootId = this.#machine.bootId;
      this.#kept.clear();
    }
    return contents.map((content) => this.#resource(content)).toSorted((one, other) => order(one, other));
  }

  #resource(content: Content): Resource {
    const { kind, id } = content;
    const kept = this.#keep(`${kind.type} ${id}`, JSON.stringify(content.yaml));
    return {
      metadata: {
        namespace: kind.namespace,
        type: kind.type,
        id,
        version: String(kept.version),
        owner: `slipway-lab.${kind.singular}`,
        phase: 'running',
        created: timestamp(kept.created),
        updated: timestamp(kept.updated),
        ...(content.annotations === undefined ? {} : { annotations: content.annotations }),
      },
      spec: {
        proto_spec: encode(kind.spec, content.proto),
        yaml_spec:
          typeof content.yaml === 'string' ? content.yaml : stringify(content.yaml, { lineWidth: 0 }),
      },
    };
  }

  #keep(key: string, content: string): Kept {
    const before = this.#kept.get(key);
    if (before === undefined) {
      const made = { content, version: 1, created: this.#machine.boot.startedAt, updated: new Date() };
      this.#kept.set(key, made);
      return made;
    }
    if (before.content !== content) {
      before.content = content;
      before.version += 1;
      before.updated = new Date();
    }
    return before;
  }
}

function order(one: Resource, other: Resource): number {
  return one.metadata.id < other.metadata.id ? -1 : 1;
}
