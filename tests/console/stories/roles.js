// What a role does not allow is off, says why, and is refused by the server all the same.
'use strict';

const { check } = require('../world');

// From inside the page, as its own scripts would ask.
function ask(page, method, where, body) {
  return page.evaluate(
    async ([how, path, sent]) => {
      const answer = await fetch(`/api/v1${path}`, {
        method: how,
        headers: { 'Content-Type': 'application/json', 'X-Berth-Console': '1' },
        body: sent === undefined ? undefined : JSON.stringify(sent),
      });
      return answer.status;
    },
    [method, where, body],
  );
}

async function viewer(world) {
  const page = await world.signedIn('vera');
  for (const [where, button] of [
    ['/credentials', 'Generate code'],
    ['/devices', 'Create device'],
    ['/operators', 'New operator'],
  ]) {
    await world.open(page, where);
    const off = page.getByRole('button', { name: button }).first();
    await off.waitFor();
    check((await off.getAttribute('aria-disabled')) === 'true', `${button} is on for a viewer`);
    check((await off.getAttribute('aria-description')) !== null, `${button} says not why`);
  }
  const scope = `/scopes/${world.scope}`;
  for (const [method, where, body] of [
    ['POST', `${scope}/enrollments`, { id: 'x-1' }],
    ['POST', '/credentials', { mode: 'claim', scope: world.scope, deviceId: 'pump-1' }],
    ['POST', '/operators', { name: 'mallory', password: world.password, role: 'admin' }],
    ['PATCH', '/operators/vera', { role: 'admin' }],
    ['PATCH', scope, { compatibleCodes: true }],
    ['GET', `${scope}/enrollment-groups/boats/keys`],
    ['GET', '/operators'],
  ]) {
    const status = await ask(page, method, where, body);
    check(status === 403, `${method} ${where} by a viewer was answered with ${status}`);
  }
}

async function operator(world) {
  const page = await world.signedIn('otto');
  await world.open(page, '/credentials');
  const on = page.getByRole('button', { name: 'Generate code' });
  check((await on.getAttribute('aria-disabled')) === null, 'Generate code is off for an operator');
  for (const [method, where, body] of [
    ['POST', '/operators', { name: 'mallory', password: world.password }],
    ['POST', '/tokens', { role: 'admin' }],
    ['PATCH', `/scopes/${world.scope}`, { compatibleCodes: true }],
  ]) {
    const status = await ask(page, method, where, body);
    check(status === 403, `${method} ${where} by an operator was answered with ${status}`);
  }
}

async function oneScope(world) {
  const other = await world.api('POST', '/scopes', { displayName: 'Elsewhere' });
  await world.makeOperator('lim', 'admin', { scope: other.id });
  const page = await world.signedIn('lim');
  for (const [method, where, body, expected] of [
    ['GET', `/scopes/${world.scope}`, undefined, 403],
    ['GET', `/fleet?scope=${world.scope}`, undefined, 403],
    ['POST', '/operators', { name: 'wide', password: world.password, scope: world.scope }, 403],
    ['PATCH', '/operators/ada', { enabled: false }, 404],
    ['POST', '/scopes', {}, 403],
  ]) {
    const status = await ask(page, method, where, body);
    check(status === expected, `${method} ${where} by an admin of one scope: ${status}`);
  }
  await world.api('DELETE', '/operators/lim');
  await world.api('DELETE', `/scopes/${other.id}`);
}

module.exports = [
  { name: 'roles: a viewer looks', run: viewer },
  { name: 'roles: an operator lets devices in', run: operator },
  { name: 'roles: an admin of one scope', run: oneScope },
];
