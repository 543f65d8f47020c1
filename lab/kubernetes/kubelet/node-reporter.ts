import type { V1Node } from '@kubernetes/client-node';
import { isConflict, isNotFound, type ApiClient } from '../api-client.js';
import { Informer } from '../informer.js';
import type { Stamped } from './kubernetes-time.js';
import {
  kubeletStarting,
  newNode,
  nodeAnnotations,
  nodeLabels,
  nodeStatus,
  showsReadiness,
  type NodeFacts,
  type Readiness,
} from './node-object.js';

type WireNode = Stamped<V1Node>;

const AGAIN_AFTER_MS = 300;

/** Keeps the machine's Node object up to date: registers it, posts changes, corrects other writers' changes. */
export class NodeReporter {
  readonly #client: ApiClient;
  #facts: NodeFacts;
  readonly #informer: Informer<WireNode>;
  #readiness: Readiness = kubeletStarting;
  #volumesInUse: readonly string[] = [];
  #node: WireNode | undefined;
  #posting = false;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(client: ApiClient, facts: NodeFacts) {
    this.#client = client;
    this.#facts = facts;
    this.#informer = new Informer<WireNode>(client, '/api/v1/nodes', `metadata.name=${facts.name}`, {
      onList: ([node]) => this.#seen(node),
      onChange: (node) => this.#seen(node),
      onDelete: () => (this.#node = undefined),
    });
  }

  /** Registers the Node, not Ready yet. Retries until the API accepts it; returns its uid, or undefined when stopped. */
  async register(): Promise<string | undefined> {
    while (!this.#stopped) {
      try {
        this.#node = await this.#createOrAdopt();
        void this.#informer.start();
        return this.#node.metadata?.uid;
      } catch {
        await new Promise((resolve) => (this.#timer = setTimeout(resolve, AGAIN_AFTER_MS)));
      }
    }
    return undefined;
  }

  /** The Node object is Ready, and of this boot. */
  get showsReady(): boolean {
    const ready = this.#node?.status?.conditions?.find((condition) => condition.type === 'Ready');
    return ready?.status === 'True' && this.#node?.status?.nodeInfo?.bootID === this.#facts.bootId;
  }

  /** Sets the Node's status; posts it at once, and repeats until the API shows it. */
  say(readiness: Readiness): void {
    if (readiness === this.#readiness) return;
    this.#readiness = readiness;
    void this.#post();
  }

  /** Sets the machine's description; posts it at once, and repeats until the API shows it. */
  become(facts: NodeFacts): void {
    this.#facts = facts;
    void this.#post();
  }

  /** Sets the volumes in use; posts them at once, and repeats until the API shows them. */
  useVolumes(volumes: readonly string[]): void {
    this.#volumesInUse = volumes;
    void this.#post();
  }

  /** True when the attach-detach controller reports the volume as attached to this Node. */
  isAttached(volume: string): boolean {
    return this.#node?.status?.volumesAttached?.some(({ name }) => name === volume) ?? false;
  }

  /** Posts a last status and waits for it, at most for the client's time limit. */
  async lastWord(readiness: Readiness): Promise<void> {
    this.#readiness = readiness;
    await this.#patchStatus();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#informer.stop();
  }

  async #createOrAdopt(): Promise<WireNode> {
    const before = await this.#client.get<WireNode>(this.#path).catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
    if (!before) {
      return this.#client.create<WireNode>(
        '/api/v1/nodes',
        newNode(this.#facts, this.#readiness, new Date()),
      );
    }
    this.#node = before;
    const metadata = { labels: nodeLabels(this.#facts), annotations: nodeAnnotations(this.#facts) };
    await this.#client.patch<WireNode>(this.#path, { metadata });
    return this.#patchStatus();
  }

  #seen(node: WireNode | undefined): void {
    this.#node = node;
    if (node && !this.#posting && !this.#isShown(node)) void this.#post();
  }

  async #post(): Promise<void> {
    if (this.#posting) return;
    this.#posting = true;
    try {
      while (!this.#stopped && this.#node && !this.#isShown(this.#node)) {
        try {
          this.#node = await this.#patchStatus();
        } catch (error) {
          if (isNotFound(error)) return; // deleted by another client: as with a real kubelet, the next boot registers it
          if (!isConflict(error))
            await new Promise((resolve) => (this.#timer = setTimeout(resolve, AGAIN_AFTER_MS)));
        }
      }
    } finally {
      this.#posting = false;
    }
  }

  #isShown(node: WireNode): boolean {
    const shown = node.status?.volumesInUse ?? [];
    const wanted = this.#volumesInUse;
    const sameVolumes = shown.length === wanted.length && wanted.every((volume) => shown.includes(volume));
    return sameVolumes && showsReadiness(node as V1Node, this.#facts, this.#readiness);
  }

  #patchStatus(): Promise<WireNode> {
    const status = nodeStatus(
      this.#facts,
      this.#readiness,
      new Date(),
      this.#node?.status as V1Node['status'],
      this.#volumesInUse,
    );
    return this.#client.patch<WireNode>(`${this.#path}/status`, { status });
  }

  get #path(): string {
    return `/api/v1/nodes/${this.#facts.name}`;
  }
}
