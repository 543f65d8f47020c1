import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/**
 * The worker of a pod: `PROGRAM [HOST PARENT]`. HOST is given only in separate user and UTS namespaces: it becomes the host name there. In
 * its own user namespace a process cannot follow the path that `die-with-parent` uses. So it compares the id of its parent: after setpriv
 * has asked for the signal, and before the worker starts.
 */
const [program = '', host, parent] = process.argv.slice(2);
if (host !== undefined && process.ppid !== Number(parent)) process.exit(1);
if (host !== undefined) writeFileSync('/proc/sys/kernel/hostname', host);
await import(pathToFileURL(program).href);
