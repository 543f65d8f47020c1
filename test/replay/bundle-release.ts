import { bundleRelease } from './release-code.js';

/** Bundles the workflows of a release, and says where: in a process of its own, since jest loads no worker. */
const [name = ''] = process.argv.slice(2);
process.stdout.write(await bundleRelease(name));
