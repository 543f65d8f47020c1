import net from 'node:net';

/**
 * A TCP proxy that can be cut like a network: its clients get no error. Data sent while it was cut arrives when it is restored, as it does
 * where connections outlive a partition. Or it resets connections, as a firewall or a proxy does for an absent server.
 */
export class CuttableWay {
  readonly #server: net.Server;
  readonly #ends = new Set<net.Socket>();
  #cut = false;
  #refuses = false;
  /** Connections opened while it was cut. */
  #waiting: (() => void)[] = [];

  private constructor(private readonly to: { readonly host: string; readonly port: number }) {
    this.#server = net.createServer({ pauseOnConnect: true }, (near) => {
      this.#keep(near);
      if (this.#refuses) near.resetAndDestroy();
      else if (this.#cut) this.#waiting.push(() => this.#join(near));
      else this.#join(near);
    });
  }

  /** @param address `127.0.0.1:7233`, the proxy's target */
  static async open(address: string): Promise<CuttableWay> {
    const { hostname: host, port } = new URL(`tcp://${address}`);
    const way = new CuttableWay({ host, port: Number(port) });
    await new Promise<void>((resolve, reject) => {
      way.#server.once('error', reject);
      way.#server.listen(0, '127.0.0.1', resolve);
    });
    return way;
  }

  /** Its own address: `127.0.0.1:43111`. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as net.AddressInfo).port}`;
  }

  /** Stops traffic in both directions. */
  cut(): void {
    this.#cut = true;
    for (const end of this.#ends) end.pause();
  }

  /** Resets every connection, and each new one at once. */
  refuse(): void {
    this.#refuses = true;
    this.#waiting = [];
    for (const end of this.#ends) end.resetAndDestroy();
  }

  mend(): void {
    this.#cut = false;
    this.#refuses = false;
    for (const end of this.#ends) end.resume();
    for (const join of this.#waiting.splice(0)) join();
  }

  async close(): Promise<void> {
    for (const end of this.#ends) end.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(near: net.Socket): void {
    const far = net.connect(this.to);
    this.#keep(far);
    // No pipe: it would resume the flow.
    for (const [from, into] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (chunk) => into.write(chunk));
      from.once('end', () => into.end());
      from.once('close', () => into.destroy());
      if (this.#cut) from.pause();
      else from.resume();
    }
  }

  #keep(end: net.Socket): void {
    this.#ends.add(end);
    end.on('error', () => end.destroy());
    end.once('close', () => this.#ends.delete(end));
  }
}
