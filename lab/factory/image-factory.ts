import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultPlan } from '../faults/fault-plan.js';
import type { ImageSource, InstallerImage } from '../machines/image-source.js';
import { openJsonLines, type JsonLines } from '../machines/json-lines.js';
import { Schematics } from './schematics.js';
import { talosReleases } from './talos-releases.js';

/** One line of `factory.jsonl`. `PULL` is a machine's own pull. */
export interface FactoryLine {
  readonly time: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** The settings of the simulated Image Factory. */
export interface ImageFactoryOptions {
  readonly host: string;
  readonly port: number;
  /** The host name in image references: `factory.talos.dev`. */
  readonly name: string;
  /** Extensions by schematic id, for ids that were given. */
  readonly schematics: Readonly<Record<string, readonly string[]>>;
  /** Schematics (YAML) that exist at the start; their ids come from their content. */
  readonly posted?: readonly string[];
  /** Images that are built at the start: `nocloud-installer/<schematic>:v1.12.1`. */
  readonly built: readonly string[];
  readonly faults: FaultPlan;
  readonly speed: number;
  readonly log: string;
}

/** Seconds at speed 1. */
const BUILD_SECONDS = 0.5;
const SLOW_SECONDS = 8;
const RETRY_AFTER_SECONDS = 1;
const BODY_BYTES_MOST = 64 * 1024;

const INSTALLER = /^(?<name>(?:[a-z0-9]+-)?installer(?:-secureboot)?)\/(?<schematic>[0-9a-f]{64})$/;

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A simulated Image Factory: registry and schematics over HTTP, and the image source of the machines. */
export class ImageFactory implements ImageSource {
  readonly #options: ImageFactoryOptions;
  #schematics: Schematics;
  readonly #log: JsonLines<FactoryLine>;
  readonly #server: Server;
  readonly #builds = new Map<string, Promise<void>>();

  constructor(options: ImageFactoryOptions) {
    this.#options = options;
    this.#schematics = schematicsAtFirst(options);
    this.#log = openJsonLines<FactoryLine>(options.log);
    this.#server = createServer((request, response) => void this.#serve(request, response));
    for (const image of options.built) this.#builds.set(image, Promise.resolve());
  }

  /** Restores the schematics and images of its start. */
  forget(): void {
    this.#schematics = schematicsAtFirst(this.#options);
    this.#builds.clear();
    for (const image of this.#options.built) this.#builds.set(image, Promise.resolve());
  }

  /** Base URL: `http://127.77.0.2:8080`. */
  get url(): string {
    return `http://${this.#options.host}:${this.#options.port}`;
  }

  async start(): Promise<void> {
    const { host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port, exclusive: true }, resolve);
    });
  }

  async stop(): Promise<void> {
    if (this.#server.listening) await new Promise<void>((resolve) => this.#closeServer(resolve));
    this.#log.close();
  }

  /** For the machines: the content of an installer image; undefined when there is no such image. */
  async exists(reference: string): Promise<InstallerImage | undefined> {
    const match = /^(?<host>[^/]+)\/(?<path>.+):(?<tag>[^:/]+)$/.exec(reference);
    const { host = '', path = '', tag = '' } = match?.groups ?? {};
    const image = host === this.#options.name ? this.#installer(path, tag) : undefined;
    this.#note('PULL', `/v2/${path}/manifests/${tag}`, image ? 200 : 404);
    if (image) await this.#build(`${path}:${tag}`);
    return image;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET' } = request;
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const answer = await this.#answer(method, path, request).catch((error: unknown): Answer => ({
      status: 500,
      body: error instanceof Error ? error.message : String(error),
    }));
    this.#note(method, path, answer.status);
    response.writeHead(answer.status, { 'content-type': 'text/plain', ...answer.headers });
    response.end(method === 'HEAD' ? undefined : (answer.body ?? ''));
  }

  async #answer(method: string, path: string, request: IncomingMessage): Promise<Answer> {
    if (method === 'POST' && path === '/schematics') return this.#postSchematic(await bodyOf(request));
    if (method !== 'GET' && method !== 'HEAD') return { status: 405, body: `${method} is not simulated` };
    if (path === '/v2/' || path === '/v2')
      return json(200, {}, { 'docker-distribution-api-version': 'registry/2.0' });
    if (path === '/versions') return json(200, talosReleases);
    const manifest = /^\/v2\/(?<name>.+)\/manifests\/(?<tag>[^/]+)$/.exec(path)?.groups;
    if (manifest) return this.#manifest(manifest['name'] ?? '', manifest['tag'] ?? '');
    const extensions = /^\/version\/(?<version>[^/]+)\/extensions\/official$/.exec(path)?.groups;
    if (extensions) return this.#extensions(extensions['version'] ?? '');
    const schematic = /^\/schematics\/(?<id>[^/]+)$/.exec(path)?.groups;
    if (schematic) return this.#schematic(schematic['id'] ?? '');
    return { status: 404, body: `${path} is not simulated` };
  }

  /** The factory builds on demand, and then redirects the client to the registry that keeps the image. */
  async #manifest(name: string, tag: string): Promise<Answer> {
    if (name.startsWith('registry/')) return registryAnswer(name, tag);
    const fault = this.#options.faults.take('factory:manifest');
    if (fault === 'factory-404') return { status: 404, body: 'not found' };
    if (fault === 'factory-429') {
      return {
        status: 429,
        headers: { 'retry-after': String(RETRY_AFTER_SECONDS) },
        body: 'too many requests',
      };
    }
    if (fault === 'factory-slow') await sleep(this.#scaled(SLOW_SECONDS));
    if (!this.#installer(name, tag)) return { status: 404, body: `no image ${name}:${tag}` };
    await this.#build(`${name}:${tag}`);
    return {
      status: 307,
      headers: { location: `/v2/registry/${name}/manifests/${digestOf(`${name}:${tag}`)}` },
    };
  }

  #installer(path: string, version: string): InstallerImage | undefined {
    const schematic = INSTALLER.exec(path)?.groups?.['schematic'] ?? '';
    const extensions = this.#schematics.extensions(schematic);
    return extensions && talosReleases.includes(version) ? { version, schematic, extensions } : undefined;
  }

  #build(image: string): Promise<void> {
    const build = this.#builds.get(image) ?? sleep(this.#scaled(BUILD_SECONDS));
    this.#builds.set(image, build);
    return build;
  }

  #extensions(version: string): Answer {
    if (!talosReleases.includes(version)) return { status: 404, body: `unknown Talos version ${version}` };
    const list = this.#schematics.allExtensions().map((name) => ({
      name,
      ref: `ghcr.io/${name}:${version}`,
      digest: digestOf(`${name}:${version}`),
      author: 'Sidero Labs',
      description: `[official] ${name.split('/')[1] ?? name}`,
    }));
    return json(200, list);
  }

  #schematic(id: string): Answer {
    const document = this.#schematics.document(id);
    return document === undefined
      ? { status: 404, body: `schematic ID "${id}" not found` }
      : { status: 200, headers: { 'content-type': 'application/yaml' }, body: document };
  }

  #postSchematic(text: string): Answer {
    try {
      const { id, document } = this.#schematics.post(text);
      return json(201, { id, schematic: document });
    } catch (error) {
      return {
        status: 400,
        body: `invalid schematic: ${error instanceof Error ? error.message : String(error)}`,
      };
    }
  }

  #scaled(seconds: number): number {
    return (seconds * 1000) / this.#options.speed;
  }

  #note(method: string, path: string, status: number): void {
    this.#log.write({ time: new Date().toISOString(), method, path, status });
  }

  #closeServer(done: () => void): void {
    this.#server.close(() => done());
    this.#server.closeAllConnections();
  }
}

function schematicsAtFirst({ schematics, posted = [] }: ImageFactoryOptions): Schematics {
  const known = new Schematics(schematics);
  for (const schematic of posted) known.post(schematic);
  return known;
}

function registryAnswer(name: string, digest: string): Answer {
  const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: [] };
  return json(200, index, {
    'content-type': index.mediaType,
    'docker-content-digest': digest,
    'x-image': name.slice('registry/'.length),
  });
}

function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: `${JSON.stringify(value)}\n`,
  };
}

function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > BODY_BYTES_MOST) throw new Error(`a schematic has at most ${BODY_BYTES_MOST} bytes`);
  }
  return text;
}
