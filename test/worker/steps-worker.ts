import { readFile } from 'node:fs/promises';
import { Context } from '@temporalio/activity';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { workerLimits } from '../../src/worker/worker-limits.js';
import type { Steps } from './steps-workflow.js';

/**
 * A worker of `steps`, with the limits of Slipway's own: `BUNDLE [INDEX]`. It holds the step INDEX for ever, says so, and does that once.
 */
const [bundle = '', index] = process.argv.slice(2);
let held = index;

const activities: Steps = {
  step: async (step) => {
    if (String(step) !== held) return process.pid;
    held = undefined;
    const context = Context.current();
    const beat = setInterval(() => context.heartbeat(), 500);
    process.stdout.write('holds\n');
    return context.cancelled.finally(() => clearInterval(beat));
  },
};

Runtime.install({ logger: new DefaultLogger('ERROR') });
const connection = await NativeConnection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? '' });
const worker = await Worker.create({
  connection,
  namespace: process.env['TEMPORAL_NAMESPACE'] ?? '',
  taskQueue: 'steps',
  identity: `steps-worker#${process.pid}`,
  workflowBundle: { code: await readFile(bundle, 'utf8') },
  activities: { ...activities },
  ...workerLimits,
});
await worker.run();
await connection.close();
