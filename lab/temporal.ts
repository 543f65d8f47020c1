import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Client, Metadata, credentials } from '@grpc/grpc-js';
import { temporalSettings } from '../src/serve/temporal-settings.js';
import { freePort } from './free-port.js';
import type { TemporalDescription } from './lab-description.js';
import { fewerCollections } from './processes/fewer-collections.js';
import type { LabProcess } from './processes/lab-process.js';
import type { ProcessGroup } from './processes/process-group.js';

/** The settings of a Temporal dev server. */
export interface TemporalOptions {
  readonly processes: ProcessGroup;
  /** Path of the `temporal` program. */
  readonly binary: string;
  /** Holds the database file and `logs/`. */
  readonly directory: string;
  /** Keeps the database of an earlier start in the same directory. Default: an empty one. */
  readonly keep?: boolean;
  /** Default `default`. */
  readonly namespace?: string;
  /**
   * Uses the default ports, where they are free. Default: any. A test that restarts a server needs ports that no other program uses
   * meanwhile.
   */
  readonly usualPorts?: boolean;
}

const START_MS = 30_000;
const USUAL_PORTS = { grpc: 7233, ui: 8233 };
const SERVING = 1;
const DATABASE = 'temporal.db';
const STARTS_MAX = 3;
/** Its message about a port in use, before it begins and later; a panic of a hundred lines may follow. */
const PORT_TAKEN = /address already in use|failed listening/;

/**
 * A real Temporal server with its Web UI, in one process on one SQLite file. It can be killed and restarted on the same file and the same
 * ports, as an operator's would be.
 */
export class TemporalServer {
  #process: LabProcess | undefined;

  private constructor(
    readonly options: TemporalOptions,
    readonly host: string,
    readonly ports: {
      readonly grpc: number;
      readonly ui: number;
      readonly metrics: number;
      readonly http: number;
    },
  ) {}

  /** Starts a server on free ports and waits until it responds. */
  static async start(options: TemporalOptions): Promise<TemporalServer> {
    if (options.keep !== true)
      for (const end of ['', '-journal', '-wal', '-shm'])
        rmSync(path.join(options.directory, DATABASE) + end, { force: true });
    for (let tries = 1; ; tries += 1) {
      // The dev server's own services find each other on 127.0.0.1 alone, whatever --ip says.
      const host = '127.0.0.1';
      const usual = options.usualPorts === true && tries === 1 ? USUAL_PORTS : undefined;
      const server = new TemporalServer(options, host, {
        grpc: await freePort(host, usual?.grpc),
        ui: await freePort(host, usual?.ui),
        metrics: await freePort(host),
        http: await freePort(host),
      });
      try {
        await server.restart();
        return server;
      } catch (error) {
        // Another lab that started at the same moment took one of the ports meanwhile.
        if (tries === STARTS_MAX || !PORT_TAKEN.test(server.#said())) throw error;
      }
    }
  }

  get description(): TemporalDescription {
    const { grpc, ui } = this.ports;
    const namespace = this.options.namespace ?? 'default';
    return { address: `${this.host}:${grpc}`, ui: `http://${this.host}:${ui}`, namespace };
  }

  get database(): string {
    return path.join(this.options.directory, DATABASE);
  }

  get running(): boolean {
    return this.#process?.running === true;
  }

  /** Stops it gracefully. The database stays. */
  async stop(): Promise<void> {
    await this.#process?.stop();
  }

  /** Kills it as a power cut does. The database stays. */
  async kill(): Promise<void> {
    await this.#process?.kill();
  }

  /** Restarts it on the same database and the same ports, stopping it first where it runs. */
  async restart(): Promise<void> {
    await this.stop();
    const { processes, binary, directory } = this.options;
    this.#process = await processes.start({
      name: 'temporal',
      command: binary,
      args: this.#arguments(),
      // The CLI would read a person's own configuration from their home.
      env: { HOME: directory, ...fewerCollections },
      logFile: this.#log,
      ready: { probe: () => this.#answers(), timeoutMs: START_MS },
      // It takes five seconds to stop gracefully; a temporary database is not worth them.
      graceMs: this.options.keep === true ? 10_000 : 0,
    });
  }

  get #log(): string {
    return path.join(this.options.directory, 'logs', 'temporal.log');
  }

  #said(): string {
    return existsSync(this.#log) ? readFileSync(this.#log, 'utf8') : '';
  }

  #arguments(): string[] {
    const { grpc, ui, metrics, http } = this.ports;
    const namespace = this.options.namespace ?? 'default';
    return [
      'server',
      'start-dev',
      `--ip=${this.host}`,
      `--port=${grpc}`,
      `--ui-port=${ui}`,
      `--metrics-port=${metrics}`,
      `--http-port=${http}`,
      `--db-filename=${this.database}`,
      '--log-level=warn',
      ...temporalSettings,
      ...(namespace === 'default' ? [] : [`--namespace=${namespace}`]),
    ];
  }

  /**
   * Another server may respond on the port, as long as this one has not noticed yet that the port is in use. Its HTTP API begins after its
   * gRPC listener, on a port that no other program uses.
   */
  async #answers(): Promise<string | undefined> {
    const serves = await this.#serves();
    if (serves !== undefined) return serves;
    const own = `http://${this.host}:${this.ports.http}/system-info`;
    try {
      const { status } = await fetch(own, { signal: AbortSignal.timeout(2_000) });
      return status === 200 ? undefined : `its HTTP API answers ${status}`;
    } catch (error) {
      return `its HTTP API does not answer: ${String(error)}`;
    }
  }

  /** Temporal implements gRPC's health check per service. */
  #serves(): Promise<string | undefined> {
    const client = new Client(`${this.host}:${this.ports.grpc}`, credentials.createInsecure());
    const service = Buffer.from('temporal.api.workflowservice.v1.WorkflowService');
    const question = Buffer.concat([Buffer.from([0x0a, service.length]), service]); // HealthCheckRequest.service = 1
    return new Promise((resolve) => {
      client.makeUnaryRequest(
        '/grpc.health.v1.Health/Check',
        (message: Buffer) => message,
        (answer: Buffer) => answer,
        question,
        new Metadata(),
        { deadline: Date.now() + 2_000 },
        (error, answer) => {
          client.close();
          // HealthCheckResponse.status = 1, a varint.
          resolve(
            error ? error.message : answer?.[1] === SERVING ? undefined : 'it does not serve workflows yet',
          );
        },
      );
    });
  }
}
