import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** The worker of a pod: `PROGRAM [HOST]`. HOST is given only in a UTS namespace of its own: it becomes the name of the host there. */
const [program = '', host] = process.argv.slice(2);
if (host !== undefined) writeFileSync('/proc/sys/kernel/hostname', host);
await import(pathToFileURL(program).href);
