// What a page of another origin, a planted cookie and an ended session cannot do.
'use strict';

const { check, until } = require('../world');

const SESSION = '__Host-berth-session';

async function scopes(world) {
  return (await world.api('GET', '/scopes')).items.length;
}

// Another host of the same site, so that even a strict cookie is sent along.
async function foreignPage(world) {
  const before = await scopes(world);
  const page = await world.signedIn('ada');
  const cookies = await page.context().cookies();
  check(cookies.some((each) => each.name === SESSION), 'nobody is signed in');
  const other = await page.context().newPage();
  const target = `${world.plan.url}/api/v1/scopes`;
  await other.route('**/trap', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<form method="post" enctype="text/plain" action="${target}">
        <input name='{"displayName":"trapped","x":"' value='"}'><button>Go</button></form>`,
    }),
  );
  await other.goto(`${world.plan.otherUrl}/trap`);
  const answers = await other.evaluate(async (where) => {
    const asked = [
      { mode: 'no-cors', headers: { 'Content-Type': 'text/plain' } },
      { mode: 'cors', headers: { 'Content-Type': 'application/json' } },
      { mode: 'cors', headers: { 'X-Berth-Console': '1', 'Content-Type': 'application/json' } },
    ];
    const results = [];
    for (const each of asked) {
      const request = { method: 'POST', credentials: 'include', body: '{}', ...each };
      results.push(await fetch(where, request).then((got) => got.type, () => 'blocked'));
    }
    return results;
  }, target);
  const unread = answers.every((type) => type === 'opaque' || type === 'blocked');
  check(unread, `the other origin got: ${answers.join()}`);
  const posted = other.waitForResponse((answer) => answer.url() === target);
  await other.getByRole('button', { name: 'Go' }).click();
  check([403, 415].includes((await posted).status()), `the form got ${(await posted).status()}`);
  check((await scopes(world)) === before, 'a page of another origin made a scope');
}

async function forgedHeaders(world) {
  const page = await world.signedIn('ada');
  const cookies = await page.context().cookies();
  const Cookie = `${SESSION}=${cookies.find((each) => each.name === SESSION).value}`;
  const mark = { 'X-Berth-Console': '1' };
  for (const headers of [
    { Cookie },
    { Cookie, ...mark, Origin: 'https://evil.example' },
    { Cookie, ...mark, Origin: 'null' },
    { Cookie, ...mark, 'Sec-Fetch-Site': 'cross-site' },
  ]) {
    const told = await world.api('POST', '/scopes', {}, headers);
    check(told.status === 403 && told.code === 'csrf', `${JSON.stringify(told)} for a forgery`);
  }
}

async function plantedCookie(world) {
  const page = await world.newPage();
  const planted = `berth_0123456789abcdef_${'A'.repeat(43)}`;
  const cookie = { name: SESSION, value: planted, url: world.plan.url, secure: true };
  await page.context().addCookies([{ ...cookie, httpOnly: true, sameSite: 'Strict' }]);
  await page.goto(world.console());
  await page.getByLabel('Operator').fill('ada');
  await page.getByLabel(/^Password/).fill(world.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  const now = (await page.context().cookies()).find((each) => each.name === SESSION);
  check(now.value !== planted, 'the planted cookie was adopted');
}

async function endedSession(world) {
  await world.makeOperator('eve', 'viewer');
  const page = await world.signedIn('eve');
  const gone = await world.api('DELETE', '/operators/eve');
  check(gone.status === undefined, `deleting an operator: ${JSON.stringify(gone)}`);
  // Another core may remember the session for five seconds.
  await until(async () => {
    await page.goto(world.console('/devices'));
    return page.getByRole('button', { name: 'Sign in' }).isVisible();
  }, 'the page of a deleted operator shows the sign-in');
}

module.exports = [
  { name: 'csrf: a page of another origin', run: foreignPage },
  { name: 'csrf: forged headers', run: forgedHeaders },
  { name: 'fixation: a planted cookie', run: plantedCookie },
  { name: 'an ended session', run: endedSession },
];
