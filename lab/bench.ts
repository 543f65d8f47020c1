import { writeFileSync } from 'node:fs';
import os from 'node:os';
import { exitCode, newOutcome, outcomeMarkdown, outcomeText, type Outcome } from './bench/outcome.js';
import { readOptions, type BenchOptions } from './bench/options.js';
import { measuredOn, writePerformancePage } from './bench/performance-page.js';
import { sectionsOf, type Bench } from './bench/sections.js';
import { startTemporalAlone } from './temporal-alone.js';

/** What can only be measured elsewhere, or not yet. */
const notMeasured = [
  'Not measured here: a worker on another host (one that is up on this host stands for it),',
  'the first set-up (minutes, from a clone without programs: `npm run setup` says what each part took).',
].join('\n');

async function bench(options: BenchOptions): Promise<number> {
  const loadBefore = os.loadavg()[0] ?? 0;
  const temporal = await startTemporalAlone();
  let outcome: Outcome;
  try {
    outcome = await measureAll(options, temporal.server.description.address);
  } finally {
    await temporal.stop();
  }
  const when = measuredOn(new Date(), loadBefore);
  say(`\n${when}\n\n${outcomeText(outcome)}${options.suite ? '' : `\n\n${notMeasured}`}`);
  if (options.json !== undefined)
    writeFileSync(options.json, `${JSON.stringify(outcome.figures, null, 2)}\n`);
  if (options.writeDocs && outcome.failed.length === 0)
    writePerformancePage(
      `Measured on ${when}.\n\n${outcomeMarkdown(outcome)}`,
      options.suite ? 'suite' : 'bench',
    );
  return exitCode(outcome);
}

async function measureAll(options: BenchOptions, temporal: string): Promise<Outcome> {
  const outcome = newOutcome();
  const shared: Bench = {
    temporal,
    quick: options.quick,
    say,
    tellNodes: (flow, nodes) => outcome.nodes.set(flow, nodes),
  };
  for (const { name, measure } of sectionsOf(options)) {
    say(`measuring: ${name}`);
    try {
      // oxlint-disable-next-line no-await-in-loop -- two at a time would disturb each other
      outcome.figures.push(...(await measure(shared)));
    } catch (error) {
      outcome.failed.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return outcome;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = await bench(readOptions(process.argv.slice(2)));
