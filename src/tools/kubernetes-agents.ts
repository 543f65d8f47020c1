import { createHash } from 'node:crypto';
import type { Agent as HttpAgent } from 'node:http';
import { Agent, type AgentOptions } from 'node:https';
import { idleMs, usableUntil } from './connection-life.js';

/** What of an agent's settings says with whom it connects, and as whom. */
const settings = ['ca', 'cert', 'key', 'pfx', 'passphrase', 'rejectUnauthorized', 'servername'] as const;

/** More requests at a time make connections that are closed after them. */
const idleMax = 4;

/** Enough for every endpoint and credential of a busy site. The oldest goes first. */
const agentsMax = 200;

interface Kept {
  readonly agent: Agent;
  /** Milliseconds since the epoch. */
  readonly usableUntil: number;
}

/**
 * Agents of HTTPS that keep their connections, by endpoint and credential. The client library makes an agent for each request,
 * and so a connection for each. An idle connection holds no process up, and is closed after a while.
 */
export class KubernetesAgents {
  readonly #byPlace = new Map<string, Kept>();

  /** The agent that connects as `made` does and keeps what it connects; `made` itself where that goes through a proxy. */
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

  /** The next request makes a connection of its own. Those under way go on. */
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
    // Nothing is asked through it any more: what is under way closes its own connection.
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
