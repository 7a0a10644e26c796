// Drives the vendor's rest-js, unmodified, from enrolment to removal, and says how each case went.
// client.js LIBRARY URL MODEL TAG (cloudplugs_by_hand.py makes the serials SN-TAG-1 and SN-TAG-2).
'use strict';

const [library, url, model, tag] = process.argv.slice(2);
const { RestClient } = require(require('path').resolve(library, 'cp.rest.lib.js'));
const [first, second] = [`SN-${tag}-1`, `SN-${tag}-2`];
const at = 1500000000000;
let failed = 0;

function say(title, good, seen) {
  failed += good ? 0 : 1;
  console.log(`${good ? 'pass' : 'FAIL'} ${title}${good ? '' : `: ${JSON.stringify(seen)}`}`);
}

function call(client, method, parameters) {
  return new Promise((resolve) => {
    client[method](parameters, (err, body) => resolve({ error: err && err.message, body }));
  });
}

const ok = (told) => told.error === null;
const refused = (status) => (told) => told.error === `HTTP status ${status}`;
const open = () => new RestClient({ url: `${url}/iot` });
const oid = (text) => /^[0-9a-f]{24}$/.test(text);

async function expect(title, client, method, parameters, accept = ok) {
  const told = await call(client, method, parameters);
  say(title, accept(told), told);
  return told.body;
}

async function enrol(thing, control) {
  const wrong = { model, hwid: first, pass: 'wrongpw1' };
  await expect('2 wrong password: 403', thing, 'enrollProduct', wrong, refused(403));
  const early = { model, ctrl: first, pass: 'ctrlpw1', hwid: `CT-${tag}` };
  await expect('5 controller before its thing: 404', control, 'enrollController', early,
    refused(404));
  const right = { model, hwid: first, pass: 'enrollpw', props: { fw: '1.0' } };
  const made = await expect('1 enrollProduct', thing, 'enrollProduct', right);
  const held = thing.getAuth();
  say('1 the library adopted id and auth', held.id === made.id && held.password === made.auth,
    held);
  await expect('3 second enrolment: 403', open(), 'enrollProduct', right, refused(403));
  await expect('8 enrolment with its own headers: 403', thing, 'enrollProduct', right,
    refused(403));
}

async function properties(thing) {
  await expect('getDevice', thing, 'getDevice', {}, (told) => ok(told)
    && told.body.props.fw === '1.0');
  await expect('setDevice', thing, 'setDevice', { name: 'lamp', props: { fw: '1.1' } });
  for (const value of [5, 's', true, { x: [1] }]) {
    await expect('19 setDeviceProp', thing, 'setDeviceProp', { key: 'a b/c', value });
    const same = (told) => ok(told) && JSON.stringify(told.body) === JSON.stringify(value);
    await expect('19 getDeviceProp', thing, 'getDeviceProp', { key: 'a b/c' }, same);
  }
  await expect('19 removeDeviceProp', thing, 'removeDeviceProp', { key: 'a b/c' });
  await expect('19 a removed property: 404', thing, 'getDeviceProp', { key: 'a b/c' },
    refused(404));
  await expect('setDeviceLocation', thing, 'setDeviceLocation', { x: 12.5, y: 45.5, r: 10 });
  const there = (told) => ok(told) && told.body.x === 12.5 && told.body.y === 45.5;
  await expect('getDeviceLocation', thing, 'getDeviceLocation', {}, there);
}

async function data(thing) {
  const one = { entries: { channel: 'home/temp', data: 21, at } };
  const single = (told) => ok(told) && oid(told.body);
  const id = await expect('14 publishData: one', thing, 'publishData', one, single);
  one.entries.data = 22;
  await expect('15 the same time again', thing, 'publishData', one, single);
  const two = [{ channel: 'home', data: 'a', at: at - 1 }, { channel: 'home/temp', data: { v: 1 },
    at: at + 1 }];
  const several = (told) => ok(told) && told.body.length === 2 && told.body.every(oid);
  await expect('14 publishData: several', thing, 'publishData', { entries: two }, several);
  const newest = (told) => ok(told) && told.body.length === 1 && told.body[0].data.v === 1;
  const of = thing.getAuth().id;
  await expect('13 retrieveData: newest', thing, 'retrieveData', { channel_mask: '+/temp', of,
    limit: 1 }, newest);
  const all = (told) => ok(told) && told.body.length === 3
    && told.body.some((each) => each.data === 22);
  await expect('12 retrieveData: home/#', thing, 'retrieveData', { channel_mask: 'home/#' }, all);
  const names = (told) => ok(told) && told.body.slice().sort().join() === 'home,home/temp';
  await expect('getChannels', thing, 'getChannels', { channel_mask: 'home/#' }, names);
  const one_gone = (told) => ok(told) && told.body === 1;
  await expect('21 removeData by id', thing, 'removeData', { channel_mask: 'home/#', id },
    one_gone);
  const gone = (told) => ok(told) && told.body === 1;
  await expect('21 removeData by time', thing, 'removeData', { channel_mask: 'home',
    at: [at - 1] }, gone);
}

async function control(thing, controller) {
  const wrong = { model, ctrl: first, pass: 'enrollpw', hwid: `CT-${tag}` };
  await expect('6 controller with the enrol password: 403', controller, 'enrollController', wrong,
    refused(403));
  const right = { ...wrong, pass: 'ctrlpw1', name: 'phone' };
  const made = await expect('5 enrollController', controller, 'enrollController', right);
  const held = controller.getAuth();
  say('5 the library adopted id and auth', held.id === made.id && held.password === made.auth,
    held);
  const other = open();
  await expect('enrollProduct: second thing', other, 'enrollProduct', { model, hwid: second,
    pass: 'enrollpw' });
  const more = { model, ctrl: second, pass: 'ctrlpw1' };
  await expect('7 controlDevice: empty', controller, 'controlDevice', more, (told) => ok(told)
    && told.body === '');
  say('7 it still holds its own auth', controller.getAuth().password === made.auth,
    controller.getAuth());
  const of = thing.getAuth().id;
  const seen = (told) => ok(told) && told.body.length === 1 && told.body[0].of === of;
  await expect('the controller reads its thing', controller, 'retrieveData',
    { channel_mask: 'home/#', of }, seen);
  const order = { entries: { channel: 'cmd', data: 'on', of } };
  await expect('the controller publishes for its thing', controller, 'publishData', order);
  const got = (told) => ok(told) && told.body.length === 1 && told.body[0].data === 'on';
  await expect('the thing reads it', thing, 'retrieveData', { channel_mask: 'cmd' }, got);
  await expect('10 uncontrolDevice: one', controller, 'uncontrolDevice', { controlled: of });
  await expect('a released thing: 403', controller, 'retrieveData', { channel_mask: '#', of },
    refused(403));
  await expect('10 uncontrolDevice: all', controller, 'uncontrolDevice', {});
}

async function master(thing) {
  const account = open();
  account.setAuth({ id: 'me@example.org', password: 'masterpw1', isMaster: true });
  const proto = { name: 'proto', hwid: `P-${tag}`, pass: 'protopass' };
  const made = await expect('enrollPrototype', account, 'enrollPrototype', proto);
  const hybrid = open();
  hybrid.setAuth({ id: made.id, password: 'masterpw1', isMaster: true });
  await expect('hybrid publishData', hybrid, 'publishData', { entries: { channel: 'p', data: 1,
    at } });
  await expect('10 unenroll by the account', account, 'unenroll', { of: made.id },
    (told) => ok(told) && told.body === 1);
  const of = thing.getAuth().id;
  await expect('4 setDevice: reactivate', account, 'setDevice', { of, status: 'reactivate' });
  await expect('4 old auth: 401', thing, 'getDevice', {}, refused(401));
  const again = { model, hwid: first, pass: 'enrollpw' };
  const same = (told) => ok(told) && told.body.id === of;
  await expect('4 enrols again, same id', thing, 'enrollProduct', again, same);
  await expect('4 new auth', thing, 'getDevice', {}, (told) => ok(told)
    && told.body.status === 'ok');
}

async function main() {
  const [thing, controller] = [open(), open()];
  await enrol(thing, controller);
  await properties(thing);
  await data(thing);
  await control(thing, controller);
  await master(thing);
  thing.postOnly = true;
  await expect('9 a redundant override', thing, 'setDeviceProp', { key: 'o', value: 1 });
  thing.postOnly = false;
  await expect('23 unenroll', thing, 'unenroll', {}, (told) => ok(told) && told.body === 1);
  await expect('23 its auth afterwards: 401', thing, 'getDevice', {}, refused(401));
  process.exitCode = failed ? 1 : 0;
}

main();
