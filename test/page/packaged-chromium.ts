import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { cacheFolder } from '../../src/tools/binaries/cache.js';
import { projectRoot } from '../../src/tools/project-root.js';
import type { ChromiumProgram } from './chromium.js';

const packageFile = path.join(projectRoot, 'node_modules/@sparticuz/chromium/package.json');
const unpackProgram = path.join(projectRoot, 'dist/test/page/unpack-chromium.js');
const ownChromium = 'apt-get install chromium as root, or SLIPWAY_CHROMIUM=FILE npm test';

/** The package's folder, the folder to unpack Chromium into, and the processor. */
export interface PackagePlaces {
  readonly packageFile: string;
  readonly cache: string;
  readonly processor: string;
}

/**
 * The Chromium in the npm package `@sparticuz/chromium`, with the libraries and fonts in it: it needs nothing of the machine
 * but glibc. The package holds it compressed; the first call unpacks it beside the other programs, where later calls find it.
 * @throws Error that says what to type, if there is no package or none for this processor.
 */
export async function packagedChromium(
  places: PackagePlaces = { packageFile, cache: cacheFolder(), processor: process.arch },
): Promise<ChromiumProgram> {
  if (places.processor !== 'x64')
    throw new Error(
      `No Chromium is on PATH, and the npm package has none for ${places.processor}. Type: ${ownChromium}`,
    );
  if (!existsSync(places.packageFile))
    throw new Error(
      `No Chromium is on PATH, and node_modules/@sparticuz/chromium is missing. Type: npm run setup (or: ${ownChromium})`,
    );
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(places.packageFile, 'utf8')));
  const folder = path.join(places.cache, 'chromium', version);
  if (!existsSync(folder)) await unpackInto(folder);
  return {
    executablePath: path.join(folder, 'chromium'),
    env: {
      LD_LIBRARY_PATH: path.join(folder, 'al2023/lib'),
      FONTCONFIG_FILE: path.join(folder, 'fonts.conf'),
    },
  };
}

/** The folder is renamed into place when complete: another process may unpack at the same time, or this one may be killed. */
async function unpackInto(folder: string): Promise<void> {
  await mkdir(path.dirname(folder), { recursive: true });
  const partial = await mkdtemp(`${folder}.partial-`);
  try {
    // The package unpacks into the folder for temporary files, and its libraries only where it takes the machine for a Lambda.
    await execa(process.execPath, [unpackProgram], {
      env: { TMPDIR: partial, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' },
    });
    await writeFile(path.join(partial, 'fonts.conf'), fontsIn(folder));
    await rename(partial, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** Only the package's fonts, so that text has the same width on every machine. */
function fontsIn(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${folder}/fonts</dir><cachedir>${folder}/fonts-cache</cachedir></fontconfig>
`;
}
