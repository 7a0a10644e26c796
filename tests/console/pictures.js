// A picture of each page: light and dark, wide and narrow, with devices that look like a fleet.
'use strict';

const crypto = require('node:crypto');
const path = require('node:path');

const { places } = require('./places');
const { until } = require('./world');

const LOOKS = [
  { mark: 'light', look: { scheme: 'light' } },
  { mark: 'dark', look: { scheme: 'dark' } },
  { mark: 'narrow', look: { scheme: 'light', width: 360, height: 740 } },
];
const FLEET = ['pump-1', 'pump-2', 'crane-north', 'crane-south', 'gauge-07', 'gauge-08'];
const key = (text) => crypto.createHash('sha512').update(text).digest('base64');

async function enroll(world, id, displayName = '') {
  const attestation = { type: 'symmetric_key', primaryKey: key(id), secondaryKey: key(`${id}2`) };
  await world.api('POST', `/scopes/${world.scope}/enrollments`, { id, displayName, attestation });
}

async function furnish(world) {
  await world.makeOperator('ada', 'admin', { displayName: 'Ada Lovelace' });
  await world.makeOperator('otto', 'operator', { displayName: 'Otto' });
  await world.api('PATCH', `/scopes/${world.scope}`, { displayName: 'Harbour' });
  const group = { id: 'boats', displayName: 'Boats' };
  await world.api('POST', `/scopes/${world.scope}/enrollment-groups`, group);
  const model = {
    '@context': 'dtmi:dtdl:context;2',
    '@id': 'dtmi:harbour:pump;1',
    '@type': 'Interface',
    displayName: 'Pump',
    contents: [
      { '@type': 'Telemetry', name: 'pressure', schema: 'double' },
      { '@type': 'Property', name: 'speed', schema: 'integer', writable: true },
    ],
  };
  await world.api('POST', `/scopes/${world.scope}/templates`, { model });
  for (const id of [...FLEET, 'valve-1']) await enroll(world, id);
  const devices = FLEET.slice(0, 3).map((id) =>
    world.device({
      registrationId: id,
      key: key(id),
      payload: { modelId: 'dtmi:harbour:pump;1' },
      telemetry: { pressure: 4.25, level: 0.7 },
      reported: { speed: 1200, firmware: '2.4.1' },
    }),
  );
  for (const each of devices) {
    await until(() => each.lines.some((line) => line.sent), `a device sends: ${each.errors}`);
  }
  const wrong = world.device({ registrationId: 'valve-1', key: key('another') });
  await until(() => wrong.lines.some((line) => line.refused), 'valve-1 is refused');
}

async function take(world, page, name) {
  const file = path.join(world.plan.pictures, `${name}.png`);
  await page.screenshot({ path: file });
  process.stdout.write(`console: ${file}\n`);
}

async function aCode(world, page, mark) {
  await world.open(page, '/credentials');
  await page.getByText('New device', { exact: true }).click();
  await page.getByLabel('Device Id').fill('boat-7');
  await page.getByRole('combobox', { name: 'Group' }).click();
  await page.getByRole('option', { name: /boats/i }).click();
  await page.getByRole('button', { name: 'Generate code' }).click();
  await page.getByRole('img', { name: /QR picture/ }).waitFor();
  await page.waitForTimeout(500);
  await take(world, page, `credentials-code-${mark}`);
}

async function takePictures(world) {
  const first = await world.newPage();
  await first.goto(world.console());
  await first.getByRole('heading', { name: 'Welcome aboard' }).waitFor();
  await take(world, first, 'first-run-light');
  await furnish(world);
  for (const { mark, look } of LOOKS) {
    const outside = await world.newPage(look);
    await outside.goto(world.console());
    await outside.getByRole('button', { name: 'Sign in' }).waitFor();
    await take(world, outside, `sign-in-${mark}`);
    const page = await world.signedIn('ada', look);
    for (const { name, where } of places(world.scope)) {
      await page.goto(world.console(where));
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await page.waitForTimeout(1_500); // charts and live values
      await take(world, page, `${name}-${mark}`);
    }
    await aCode(world, page, mark);
    await world.closePages();
  }
  return 0;
}

module.exports = { takePictures };
