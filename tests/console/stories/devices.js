// The portal, a device that is let in by its code, and real devices: one that comes to life in the
// list and one that is refused and explained.
'use strict';

const crypto = require('node:crypto');
const path = require('node:path');

const jsQR = require('jsqr');
const { PNG } = require('pngjs');

const { check, until } = require('../world');

const key = (text) => crypto.createHash('sha512').update(text).digest('base64');

async function enroll(world, id, more = {}) {
  const attestation = { type: 'symmetric_key', primaryKey: key(id), secondaryKey: key(`${id}2`) };
  const body = { id, attestation, ...more };
  const made = await world.api('POST', `/scopes/${world.scope}/enrollments`, body);
  check(made.id === id, `enrolling ${id}: ${JSON.stringify(made)}`);
}

// What a phone reads off the screen.
async function scanned(picture) {
  const seen = PNG.sync.read(await picture.screenshot());
  return jsQR(new Uint8ClampedArray(seen.data), seen.width, seen.height)?.data;
}

async function portal(world) {
  const group = { id: 'boats', displayName: 'Boats' };
  await world.api('POST', `/scopes/${world.scope}/enrollment-groups`, group);
  const page = await world.signedIn('otto');
  await world.open(page, '/credentials');
  await page.getByText('New device', { exact: true }).click();
  await page.getByLabel('Device Id').fill('boat-1');
  await page.getByRole('combobox', { name: 'Group' }).click();
  await page.getByRole('option', { name: /boats/i }).click();
  await page.getByRole('button', { name: 'Generate code' }).click();
  const result = page.getByRole('region', { name: 'The code' });
  await result.getByRole('img', { name: /QR picture/ }).waitFor();
  await world.seen?.('credentials-code', page);
  await result.getByRole('button', { name: /^Show What the picture holds/ }).click();
  const code = await result
    .getByRole('group', { name: 'What the picture holds' })
    .locator('code')
    .innerText();
  check((await scanned(result.getByRole('img', { name: /QR picture/ }))) === code, 'the picture');
  const out = path.join(world.plan.directory, 'redeemed');
  const told = await world.berth('device', 'redeem', code, '--out', out);
  check(told.code === 0, `berth device redeem: ${told.out}${told.err}`);
  await result.getByText('Redeemed').waitFor();
  const again = await world.berth('device', 'redeem', code, '--out', `${out}-again`);
  check(again.code !== 0, 'the code was good twice');
}

async function comesToLife(world) {
  await enroll(world, 'pump-1', { displayName: 'Pump one' });
  const page = await world.signedIn('vera');
  await world.open(page, '/devices');
  const row = page.getByRole('row').filter({ hasText: 'pump-1' });
  await row.waitFor();
  check(!(await row.innerText()).includes('Connected'), 'pump-1 is connected already');
  const device = world.device({
    registrationId: 'pump-1',
    key: key('pump-1'),
    telemetry: { pressure: 4.25 },
  });
  await until(() => device.lines.some((line) => line.sent), `pump-1 sends: ${device.errors}`);
  // Nobody reloads the page.
  await until(async () => /connected/i.test(await row.innerText()), 'pump-1 is shown as connected');
  await page.goto(world.console(`/devices/${world.scope}/pump-1/telemetry`));
  await page.getByText('4.25').first().waitFor();
  device.stop();
  await device.ended;
}

async function refusedAndExplained(world) {
  await enroll(world, 'valve-1');
  const device = world.device({ registrationId: 'valve-1', key: key('another') });
  await until(() => device.lines.some((line) => line.refused), 'valve-1 is refused');
  const page = await world.signedIn('vera');
  await world.open(page, `/devices/${world.scope}/valve-1/trail`);
  await page.getByLabel('failed').first().waitFor();
  await page.getByText(/key/i).first().waitFor();
  await page.getByText(/Proven|Possible/).first().waitFor();
}

module.exports = [
  { name: 'portal: a code is made and redeemed', run: portal },
  { name: 'a real device comes to life', run: comesToLife },
  { name: 'a refused device is explained', run: refusedAndExplained },
];
