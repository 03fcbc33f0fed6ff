import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type Azure, startAzure } from '../support/azure.ts';
import { createLine, type Line } from '../support/line.ts';

const executablePath = spawnSync('which', ['chromium'], { encoding: 'utf8' }).stdout.trim();
const hasBrowser = existsSync(executablePath);
if (!hasBrowser)
  console.warn('No chromium on this machine: the page is not looked at. Debian has it as the package "chromium".');
const itInBrowser = hasBrowser ? it : it.skip;

let azure: Azure;
let browser: Browser | undefined;
let page: Page;
let line: Line;
const problems: string[] = [];

beforeAll(async () => {
  if (!hasBrowser) return;
  azure = await startAzure();
  line = createLine(azure);
  await line.release();
  await line.deploy('test');
  browser = await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  // The emulator's certificate authority is its own; a person confirms it once.
  page = await browser.newPage({ ignoreHTTPSErrors: true });
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(azure.url);
});

afterAll(async () => {
  await browser?.close();
  if (hasBrowser) await azure.stop();
});

describe('the page of the emulator', () => {
  itInBrowser('shows workspaces, registry, job, model and endpoint to a person', async () => {
    const text = await page.innerText('body');
    for (const word of [
      'mlw-sensors-dev',
      'mlw-sensors-prod',
      'sensors',
      line.model,
      line.endpoint('test'),
      'Completed',
    ]) {
      expect(text).toContain(word);
    }
    expect(problems).toEqual([]);
  });

  itInBrowser('shows who gets the traffic', async () => {
    expect(await page.innerText('body')).toMatch(/blue[^\n]*100 ?%|100 ?%[^\n]*blue/);
  });

  itInBrowser('fits a narrow screen without scrolling sideways', async () => {
    await page.setViewportSize({ width: 390, height: 800 });
    const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    await page.screenshot({ path: join(mkdtempSync(join(tmpdir(), 'page-')), 'narrow.png') });
    expect(overflow).toBeLessThanOrEqual(0);
  });
});
