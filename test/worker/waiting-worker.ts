import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { Wait } from '../../src/activities/activity-context.js';
import { runCommand } from '../../src/tools/run-command.js';

/**
 * A worker whose one activity starts a process that ends on SIGUSR1, as a request does that is answered. `looks` or `sends` says how it
 * waits for it, and names its task queue. It prints the id of that process, and for `sends` that its activity is cancelled.
 */
const [what = ''] = process.argv.slice(2);
const ends = "process.once('SIGUSR1', () => process.exit(0)); console.log('up'); setInterval(() => {}, 1000)";

async function byHand(): Promise<void> {
  const wait = new Wait();
  if (what === 'sends')
    wait.signal.addEventListener('abort', () => void process.stdout.write('the activity is cancelled\n'));
  const beat = setInterval(() => wait.beat(), 500);
  let pid = 0;
  try {
    await runCommand({
      command: process.execPath,
      args: ['--eval', ends],
      timeoutMs: 60_000,
      signal: what === 'sends' ? wait.sending : wait.signal,
      onStart: (started) => (pid = started),
      onLine: () => void process.stdout.write(`${pid}\n`),
    });
  } finally {
    clearInterval(beat);
  }
}

Runtime.install({ logger: new DefaultLogger('ERROR') });
const connection = await NativeConnection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? '' });
const worker = await Worker.create({
  connection,
  namespace: process.env['TEMPORAL_NAMESPACE'] ?? '',
  taskQueue: what,
  activities: { byHand },
});
await worker.run();
await connection.close();
