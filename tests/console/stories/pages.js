// Every page, light and dark, wide and narrow: without findings of axe that are serious, without
// scrolling sideways, without a violation of the policy.
'use strict';

const fs = require('node:fs');

const { check } = require('../world');
const { places } = require('../places');

const AXE = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const GRAVE = new Set(['serious', 'critical']);
const NARROW = 360;
const SETTLE_MS = 5_000; // then the page is looked at as it is

// The policy of the page forbids scripts that are not the server's, so axe comes in by the debugger.
async function findings(page) {
  await page.evaluate(AXE);
  const told = await page.evaluate(() =>
    window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }),
  );
  return told.violations
    .filter((each) => GRAVE.has(each.impact))
    .map((each) => `${each.id}: ${each.nodes.map((node) => node.target.join(' ')).join(', ')}`);
}

async function settled(page) {
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  const busy = page.locator('[aria-busy="true"], [data-loading]').first();
  await busy.waitFor({ state: 'detached', timeout: SETTLE_MS }).catch(() => undefined);
}

async function sweepAxe(world, scheme) {
  const found = [];
  const outside = await world.newPage({ scheme });
  await outside.goto(world.console());
  await outside.getByRole('button', { name: 'Sign in' }).waitFor();
  for (const line of await findings(outside)) found.push(`sign-in: ${line}`);
  const page = await world.signedIn('ada', { scheme });
  for (const { name, where } of places(world.scope)) {
    await page.goto(world.console(where));
    await settled(page);
    for (const line of await findings(page)) found.push(`${name}: ${line}`);
  }
  check(found.length === 0, `axe, ${scheme}:\n${found.join('\n')}`);
}

async function narrow(world) {
  const page = await world.signedIn('ada', { width: NARROW, height: 740 });
  const wide = [];
  for (const { name, where } of places(world.scope)) {
    await page.goto(world.console(where));
    await settled(page);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    if (width > NARROW) wide.push(`${name}: ${width} px`);
  }
  check(wide.length === 0, `scrolls sideways at ${NARROW} px: ${wide.join(', ')}`);
}

async function policy(world) {
  const page = await world.signedIn('ada');
  const answer = await page.goto(world.console('/devices'));
  const text = (await answer.allHeaders())['content-security-policy'] ?? '';
  for (const part of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"]) {
    check(text.includes(part), `the policy lacks ${part}: ${text}`);
  }
  check(!/unsafe-(inline|eval)/.test(text), `the policy allows what is unsafe: ${text}`);
  const other = await page.goto(world.console('/devices'));
  const nonce = (from) => /'nonce-([^']+)'/.exec(from)?.[1];
  const again = (await other.allHeaders())['content-security-policy'];
  check(nonce(text) !== undefined && nonce(text) !== nonce(again), 'a nonce came twice');
  for (const { where } of places(world.scope)) {
    await page.goto(world.console(where));
    await settled(page);
  }
}

module.exports = [
  { name: 'pages: the policy holds', run: policy },
  { name: 'pages: axe, light', run: (world) => sweepAxe(world, 'light') },
  { name: 'pages: axe, dark', run: (world) => sweepAxe(world, 'dark') },
  { name: 'pages: 360 px', run: narrow },
];
