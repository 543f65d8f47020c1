/** Unpacks the Chromium of the npm package into the temporary folder. It runs as a separate process to have its own temporary folder. */
import chromium from '@sparticuz/chromium';

await chromium.executablePath();
