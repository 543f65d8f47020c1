import { projectRoot } from '../../src/tools/project-root.js';
import { keepRelease } from './release-code.js';

/** `npm run keep-release NAME`: keeps today's workflows, so that runs which they begin can be finished by those to come. */
const [name] = process.argv.slice(2);
if (name === undefined || !/^\d+\.\d+\.\d+$/.test(name)) {
  process.stderr.write('Name the release: npm run keep-release 0.4.0\n');
  process.exitCode = 2;
} else {
  process.stdout.write(`wrote ${await keepRelease(name, projectRoot)}\n`);
}
