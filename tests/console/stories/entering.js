// First run, signing in and out, by mouse and by keyboard alone.
'use strict';

const { check } = require('../world');

const SESSION = '__Host-berth-session';

async function sessionCookie(page) {
  const cookies = await page.context().cookies();
  return cookies.find((cookie) => cookie.name === SESSION);
}

async function firstRun(world) {
  const page = await world.newPage();
  await page.goto(world.console());
  await page.getByRole('heading', { name: 'Welcome aboard' }).waitFor();
  const fields = {
    'Content of admin.token': `berth_0000000000_${'A'.repeat(43)}`,
    'Name to sign in with': 'ada',
    'Your name': 'Ada Lovelace',
    'The same password again': world.password,
  };
  for (const [label, value] of Object.entries(fields)) await page.getByLabel(label).fill(value);
  await page.getByLabel(/^Password/).fill(world.password);
  const make = page.getByRole('button', { name: 'Make the operator and sign in' });
  await make.click();
  await page.getByText('malformed, unknown or revoked').waitFor();
  await page.getByLabel('Content of admin.token').fill(world.token);
  await make.click();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  const cookie = await sessionCookie(page);
  check(cookie.httpOnly && cookie.secure && cookie.sameSite === 'Strict', 'the cookie is weak');
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  check(!kept.includes('berth_'), `a secret is kept in the browser: ${kept}`);
  await world.makeOperator('vera', 'viewer', { displayName: 'Vera' });
  await world.makeOperator('otto', 'operator', { displayName: 'Otto' });
}

async function wrongPassword(world) {
  const page = await world.newPage();
  await page.goto(world.console());
  await page.getByLabel('Operator').fill('ada');
  await page.getByLabel(/^Password/).fill('anchors at a quarter to');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('the name or the password is wrong').waitFor();
  check((await sessionCookie(page)) === undefined, 'a cookie for a wrong password');
}

// Nothing but the keys; what is focused can be seen.
async function byKeyboard(world) {
  const page = await world.newPage();
  await page.goto(world.console());
  await page.getByLabel('Operator').waitFor();
  await page.keyboard.type('ADA');
  await page.keyboard.press('Tab');
  await page.keyboard.type(world.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('d');
  await page.getByRole('heading', { level: 1, name: 'Devices' }).waitFor();
}

async function signOut(world) {
  const page = await world.signedIn('ada');
  const cookie = await sessionCookie(page);
  await page.getByRole('button', { name: /Signed in as/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  check((await sessionCookie(page)) === undefined, 'the cookie stays after signing out');
  const headers = { Cookie: `${SESSION}=${cookie.value}` };
  const told = await world.api('GET', '/scopes', undefined, headers);
  check(told.status === 401, 'the session goes on after signing out');
}

module.exports = [
  { name: 'first run', always: true, run: firstRun },
  { name: 'wrong password', run: wrongPassword },
  { name: 'keyboard alone', run: byKeyboard },
  { name: 'sign out', run: signOut },
];
