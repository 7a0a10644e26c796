// Texts that would be scripts if a page took them for markup: typed by operators, and sent by
// devices as ids, payloads, twins and telemetry. They are shown as they are.
'use strict';

const crypto = require('node:crypto');
const https = require('node:https');

const { check, until } = require('../world');
const { places } = require('../places');

const BAD = '<img src=x onerror="window.struck=1">';
const WORSE = '"><script>window.struck=1</script>';
const key = crypto.createHash('sha512').update('hostile').digest('base64');

async function plant(world) {
  const scope = `/scopes/${world.scope}`;
  const attestation = { type: 'symmetric_key', primaryKey: key, secondaryKey: key };
  const model = {
    '@context': 'dtmi:dtdl:context;2',
    '@id': 'dtmi:berth:hostile;1',
    '@type': 'Interface',
    displayName: BAD,
    description: WORSE,
    contents: [
      { '@type': 'Telemetry', name: 'level', schema: 'double', displayName: BAD },
      { '@type': 'Command', name: 'drain', displayName: WORSE },
    ],
  };
  const made = [
    await world.api('POST', `${scope}/enrollment-groups`, { id: 'bad-group', displayName: BAD }),
    await world.api('POST', `${scope}/templates`, { displayName: BAD, model }),
    await world.api('POST', `${scope}/enrollments`, { id: 'bad-1', displayName: BAD, attestation }),
    await world.makeOperator('mal', 'viewer', { displayName: WORSE }),
    await world.api('PATCH', scope, { displayName: BAD }),
  ];
  for (const each of made) check(each.status === undefined, `planting: ${JSON.stringify(each)}`);
}

// An id that no enrolment has, and that no SDK would send.
function rawAttempt(world) {
  const id = encodeURIComponent(BAD.toLowerCase());
  const target = `/${world.scope}/registrations/${id}/register?api-version=2021-06-01`;
  const options = {
    method: 'PUT',
    ca: world.ca,
    headers: { 'Content-Type': 'application/json', 'User-Agent': WORSE, Authorization: WORSE },
  };
  return new Promise((resolve, reject) => {
    const request = https.request(`${world.plan.url}${target}`, options, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode));
    });
    request.on('error', reject);
    request.end(JSON.stringify({ registrationId: BAD }));
  });
}

async function visit(world, page, where) {
  await page.goto(world.console(where));
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await page.waitForTimeout(500); // what comes after the first answer
  check((await page.evaluate(() => window.struck)) === undefined, `a script ran at ${where}`);
}

async function hostileTexts(world) {
  await plant(world);
  const status = await rawAttempt(world);
  check(status >= 400, `an id that is markup was answered with ${status}`);
  const device = world.device({
    registrationId: 'bad-1',
    key,
    payload: { modelId: 'dtmi:berth:hostile;1', note: BAD },
    telemetry: { note: BAD, '<b>name</b>': WORSE },
    reported: { note: WORSE, markup: BAD },
  });
  await until(() => device.lines.some((line) => line.sent), `bad-1 sends: ${device.errors}`);
  const page = await world.signedIn('mal');
  for (const { where } of places(world.scope, 'bad-1')) await visit(world, page, where);
  await visit(world, page, '/templates/dtmi%3Aberth%3Ahostile%3B1');
  const stranger = encodeURIComponent(BAD.toLowerCase());
  await visit(world, page, `/devices/${world.scope}/${stranger}`);
  const admin = await world.signedIn('ada');
  await visit(world, admin, '/operators');
  await admin.getByText(WORSE).first().waitFor();
  await visit(world, admin, `/devices/${world.scope}/bad-1/telemetry`);
  await admin.getByText('onerror').first().waitFor();
  await visit(world, admin, `/devices/${world.scope}/bad-1/twin`);
  await admin.getByText('onerror').first().waitFor();
  device.stop();
  await device.ended;
}

// What would spoil the pages that follow.
async function tidy(world) {
  await world.api('PATCH', `/scopes/${world.scope}`, { displayName: 'Harbour' });
  await world.api('DELETE', '/operators/mal');
}

module.exports = [
  {
    name: 'hostile texts are shown, not run',
    run: async (world) => {
      try {
        await hostileTexts(world);
      } finally {
        await tidy(world);
      }
    },
  },
];
