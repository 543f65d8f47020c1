import { Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection } from '@temporalio/worker';
import { defaultNamespace } from '../workflows/messages.js';

export interface Connections {
  readonly client: Connection;
  readonly native: NativeConnection;
  readonly namespace: string;
}

/** Time between attempts to reach Temporal at the start; after that the SDK itself retries. */
const againMs = 1_000;

/**
 * Connects to Temporal as TEMPORAL_ADDRESS or the profile says, and retries for `patienceMs`: after a reboot the worker may be up before
 * Temporal is.
 */
export async function connect(patienceMs: number, say: (line: string) => void): Promise<Connections> {
  const { connectionOptions, namespace } = loadClientConnectConfig();
  const address = connectionOptions.address ?? '127.0.0.1:7233';
  const end = Date.now() + patienceMs;
  for (;;) {
    try {
      const client = await Connection.connect({ ...connectionOptions, address });
      const native = await NativeConnection.connect({ ...connectionOptions, address });
      return {
        client,
        native,
        namespace: namespace && namespace !== 'default' ? namespace : defaultNamespace,
      };
    } catch (error) {
      if (Date.now() + againMs > end) {
        throw new Error(
          `Temporal does not answer at ${address}. Start it (slipway serve starts both), or set TEMPORAL_ADDRESS.`,
          { cause: error },
        );
      }
      say(`Temporal does not answer at ${address}; asked again every second`);
      await new Promise((resolve) => setTimeout(resolve, againMs));
    }
  }
}
