import { createHash } from 'node:crypto';
import type { Agent as HttpAgent } from 'node:http';
import { Agent, type AgentOptions } from 'node:https';
import { idleMs, usableUntil } from './connection-life.js';

/** The agent settings that identify endpoint and credential. */
const settings = ['ca', 'cert', 'key', 'pfx', 'passphrase', 'rejectUnauthorized', 'servername'] as const;

/** Requests above this number use connections that are closed afterwards. */
const idleMax = 4;

/** Enough for every endpoint and credential of a busy site. The oldest is evicted first. */
const agentsMax = 200;

interface Kept {
  readonly agent: Agent;
  /** Milliseconds since the epoch. */
  readonly usableUntil: number;
}

/**
 * HTTPS agents that keep their connections, by endpoint and credential. The client library creates an agent for each request, and so a
 * connection for each. An idle connection does not keep the process alive, and is closed after a while.
 */
export class KubernetesAgents {
  readonly #byPlace = new Map<string, Kept>();

  /** An agent that connects as `made` does and keeps its connections; `made` itself where that goes through a proxy. */
  keeping(server: string, made: HttpAgent | undefined): HttpAgent | undefined {
    if (made?.constructor !== Agent) return made;
    const { options } = made as Agent;
    const place = `${server} ${digestOf(options)}`;
    const known = this.#byPlace.get(place);
    if (known && Date.now() < known.usableUntil) return known.agent;
    this.#drop(place);
    const agent = new Agent({
      ...chosen(options),
      keepAlive: true,
      maxFreeSockets: idleMax,
      timeout: idleMs,
    });
    const { cert } = options;
    const until = usableUntil(Date.now(), Array.isArray(cert) ? cert[0] : cert);
    this.#byPlace.set(place, { agent, usableUntil: until });
    const [oldest] = this.#byPlace.keys();
    if (this.#byPlace.size > agentsMax && oldest !== undefined) this.#drop(oldest);
    return agent;
  }

  /** The next request opens a new connection. Requests in flight continue. */
  forget(agent: HttpAgent | undefined): void {
    for (const [place, kept] of this.#byPlace) if (kept.agent === agent) this.#drop(place);
  }

  /** Closes every connection, at once. */
  close(): void {
    for (const { agent } of this.#byPlace.values()) agent.destroy();
    this.#byPlace.clear();
  }

  #drop(place: string): void {
    const kept = this.#byPlace.get(place);
    this.#byPlace.delete(place);
    if (!kept) return;
    // No new request uses it: requests in flight close their own connection.
    kept.agent.maxFreeSockets = 0;
    for (const sockets of Object.values(kept.agent.freeSockets))
      for (const socket of sockets ?? []) socket.destroy();
  }
}

function chosen(options: AgentOptions): AgentOptions {
  return Object.fromEntries(
    settings.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  );
}

function digestOf(options: AgentOptions): string {
  const hash = createHash('sha256');
  for (const [name, value] of Object.entries(chosen(options)))
    hash.update(`${name} ${Buffer.isBuffer(value) ? value.toString('base64') : JSON.stringify(value)}\n`);
  return hash.digest('hex');
}
