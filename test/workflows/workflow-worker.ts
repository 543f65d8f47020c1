import { readFile } from 'node:fs/promises';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { Connection } from '@temporalio/client';
import { bundlePath } from '../../src/worker/workflow-bundle.js';
import { prepareNamespace } from '../../src/worker/prepare-namespace.js';

/** A worker for the workflows alone: the test carries out their activities. It prints a line once it works. */
const [address = '', namespace = '', taskQueue = ''] = process.argv.slice(2);

Runtime.install({ logger: new DefaultLogger('ERROR') });
const client = await Connection.connect({ address });
await prepareNamespace(client, namespace, 1);
await client.close();
const connection = await NativeConnection.connect({ address });
const worker = await Worker.create({
  connection,
  namespace,
  taskQueue,
  workflowBundle: { code: await readFile(bundlePath, 'utf8') },
});
process.stdout.write('works\n');
await worker.run();
await connection.close();
