import { execFileSync } from 'node:child_process';

/**
 * A worker for whom one folder is a file system of so many bytes: `FOLDER BYTES PARENT`. Wants a mount namespace of its own. It ends where
 * its parent died before setpriv asked for the signal (`lab/worker-pods/worker-of-a-pod`).
 */
const [folder = '', bytes = '', parent] = process.argv.slice(2);
if (process.ppid !== Number(parent)) process.exit(1);
execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=700`, 'none', folder]);
await import('../../../src/worker/main.js');
