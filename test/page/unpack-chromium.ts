/** Unpacks the Chromium of the npm package into the folder for temporary files: a process of its own has one of its own. */
import chromium from '@sparticuz/chromium';

await chromium.executablePath();
