import { execFileSync } from 'node:child_process';

/** A worker for whom one folder is a file system of so many bytes: `FOLDER BYTES`. Wants a mount namespace of its own. */
const [folder = '', bytes = ''] = process.argv.slice(2);
execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=700`, 'none', folder]);
await import('../../../src/worker/main.js');
