import path from 'node:path';
import { parseArgs } from 'node:util';
import { timelineText, verdictText } from './verdict-text.js';
import { startWatcher } from './watch.js';

const USAGE = `Watches a lab until SIGINT or SIGTERM, and reports which of Slipway's promises were broken.

  node dist/programs/watcher.js --lab DIR --temporal ADDRESS [--namespace NS] [--logs PATH]... [--log-folder DIR]... [--timeline] [--json]

  --lab        the lab's folder, the one with lab.json
  --temporal   where Temporal answers, as 127.0.0.1:7233
  --namespace  default: slipway
  --logs       a file or folder of Slipway's logs, searched for secrets at the end; may be given again
  --log-folder a folder whose *.log files are searched with those beside the lab's folder; may be given again
  --timeline   print what happened as well
  --json       print the whole verdict as one line of JSON

Ends with 0 when no promise was broken, 1 when one was, 2 when it could not watch.
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      lab: { type: 'string' },
      temporal: { type: 'string' },
      namespace: { type: 'string', default: 'slipway' },
      logs: { type: 'string', multiple: true },
      'log-folder': { type: 'string', multiple: true, default: [] },
      timeline: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help || values.lab === undefined || values.temporal === undefined) {
    process.stderr.write(USAGE);
    return values.help ? 0 : 2;
  }
  const signalled = untilSignalled();
  const watcher = await startWatcher({
    labDirectory: path.resolve(values.lab),
    temporal: { address: values.temporal, namespace: values.namespace },
    logFolders: values['log-folder'].map((folder) => path.resolve(folder)),
    ...(values.logs === undefined ? {} : { logs: values.logs.map((place) => path.resolve(place)) }),
  });
  process.stderr.write(`watching the lab in ${values.lab}\n`);
  await signalled;
  const verdict = await watcher.stop();
  if (values.json) process.stdout.write(`${JSON.stringify(verdict)}\n`);
  else process.stdout.write(`${values.timeline ? `${timelineText(verdict)}\n` : ''}${verdictText(verdict)}`);
  return verdict.ok ? 0 : 1;
}

/** A second signal changes nothing: the verdict is being computed. */
function untilSignalled(): Promise<void> {
  return new Promise((resolve) => {
    process.on('SIGINT', () => resolve());
    process.on('SIGTERM', () => resolve());
  });
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
