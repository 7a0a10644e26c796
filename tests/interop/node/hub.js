// Drives devices at their hub with the vendor's Node SDK, unmodified. Reads one command a line as
// JSON on standard input and answers each with one line; what the SDK tells its caller unasked is a
// line of its own. Judging is run.py's work. The commands are described in harness/conversation.py.
'use strict';

const fs = require('fs');
const readline = require('readline');
const tss = require('tss.js');
const { Message, NoRetry } = require('azure-iot-common');
const { Client } = require('azure-iot-device');
const hubTransports = require('azure-iot-device-mqtt');
const { ProvisioningDeviceClient } = require('azure-iot-provisioning-device');
const { Http } = require('azure-iot-provisioning-device-http');
const dpsTransports = require('azure-iot-provisioning-device-mqtt');
const { SymmetricKeySecurityClient } = require('azure-iot-security-symmetric-key');
const { TpmAuthenticationProvider, TpmSecurityClient } = require('azure-iot-security-tpm');
const { X509Security } = require('azure-iot-security-x509');

const kHub = { MQTT: hubTransports.Mqtt, 'MQTT-WS': hubTransports.MqttWs };
const kDps = { HTTPS: Http, MQTT: dpsTransports.Mqtt, 'MQTT-WS': dpsTransports.MqttWs };

const clients = new Map(); // the harness's name for a connection -> { client, twin }

function say(line) {
  process.stdout.write(JSON.stringify(line) + '\n');
}

function describe(error) {
  return { name: error.constructor.name, message: String(error.message), kind: error.name };
}

function certificateOf({ chain, key }) {
  return { cert: fs.readFileSync(chain, 'utf8'), key: fs.readFileSync(key, 'utf8') };
}

function tpmOf(told) {
  return new TpmSecurityClient(told.registrationId, new tss.Tpm(true, '127.0.0.1', told.tpm));
}

function securityOf(told) {
  if (told.x509) return new X509Security(told.registrationId, certificateOf(told.x509));
  if (told.tpm) return tpmOf(told);
  return new SymmetricKeySecurityClient(told.registrationId, told.key);
}

function register(told) {
  const security = securityOf(told);
  const transport = new kDps[told.transport]();
  const client = ProvisioningDeviceClient.create(told.host, told.idScope, transport, security);
  return client.register().then((result) => {
    const { assignedHub, deviceId } = result.registrationState || result; // the former with a TPM
    return { assignedHub, deviceId };
  });
}

function tpmKeys(told) {
  const security = tpmOf(told);
  const ask = (method) => new Promise((resolve, reject) => {
    security[method]((error, key) => (error ? reject(error) : resolve(key.toString('base64'))));
  });
  return ask('getEndorsementKey').then(async (endorsementKey) => (
    { endorsementKey, storageRootKey: await ask('getStorageRootKey') }));
}

async function makeClient(told) {
  if (told.x509) {
    const text = `HostName=${told.host};DeviceId=${told.deviceId};x509=true`;
    const client = Client.fromConnectionString(text, kHub[told.transport]);
    await client.setOptions(certificateOf(told.x509));
    return client;
  }
  if (told.tpm) {
    // A new client of the TPM: what it signs with is the key that the TPM kept.
    const provider =
      TpmAuthenticationProvider.fromTpmSecurityClient(told.deviceId, told.host, tpmOf(told));
    return Client.fromAuthenticationProvider(provider, kHub[told.transport]);
  }
  if (told.token) return Client.fromSharedAccessSignature(told.token, kHub[told.transport]);
  const text = `HostName=${told.host};DeviceId=${told.deviceId};SharedAccessKey=${told.key}`;
  return Client.fromConnectionString(text, kHub[told.transport]);
}

async function open(told) {
  const client = await makeClient(told);
  if (told.retry === false) client.setRetryPolicy(new NoRetry());
  if (told.renewal) {
    await client.setOptions({
      tokenRenewal: {
        tokenValidTimeInSeconds: told.renewal.valid,
        tokenRenewalMarginInSeconds: told.renewal.margin,
      },
    });
  }
  const status = (state) => say({ event: 'status', name: told.name, value: { state } });
  client.on('connect', () => status('connected'));
  client.on('disconnect', () => status('disconnected'));
  client.on('error', (error) => {
    process.stderr.write(`${told.name}: the SDK emitted an error: ${error.stack}\n`);
  });
  // Before it connects: the hub sends what has waited at once, and the SDK acknowledges it at once.
  if (told.messages) listenMessages(client, told.name);
  await client.open();
  clients.set(told.name, { client, twin: null });
}

async function reopen(told) {
  await clients.get(told.name).client.open();
}

async function send(told) {
  const message = new Message(told.body);
  Object.assign(message, told.system);
  for (const [key, value] of Object.entries(told.properties)) message.properties.add(key, value);
  await clients.get(told.name).client.sendEvent(message);
}

async function twinOf(connection) {
  if (!connection.twin) connection.twin = await connection.client.getTwin();
  return connection.twin;
}

async function readTwin(told) {
  const twin = await twinOf(clients.get(told.name));
  await twin.get();
  const { desired, reported } = twin.properties;
  return JSON.parse(JSON.stringify({ desired, reported }));
}

async function report(told) {
  const twin = await twinOf(clients.get(told.name));
  const update = twin.properties.reported.update;
  return new Promise((resolve, reject) => {
    update(told.patch, (error) => (error ? reject(error) : resolve(null)));
  });
}

async function listenDesired(told) {
  const twin = await twinOf(clients.get(told.name));
  twin.on('properties.desired', (delta) => {
    say({ event: 'desired', name: told.name, value: delta });
  });
}

function listenMethods(told) {
  clients.get(told.name).client.onDeviceMethod(told.method, (request, response) => {
    say({ event: 'method', name: told.name, value: request.payload });
    response.send(told.status, { echo: request.payload }, (error) => {
      if (error) process.stderr.write(`${told.name}: no answer sent: ${error.stack}\n`);
    });
  });
}

function listenMessages(client, name) {
  client.on('message', async (message) => {
    const properties = {};
    for (let i = 0; i < message.properties.count(); i += 1) {
      const { key, value } = message.properties.getItem(i);
      properties[key] = value;
    }
    const { messageId, correlationId, userId, contentType, contentEncoding } = message;
    const system = { messageId, correlationId, userId, contentType, contentEncoding };
    const body = message.getBytes().toString('utf8');
    say({ event: 'message', name, value: { body, system, properties } });
    await client.complete(message);
    say({ event: 'completed', name, value: { messageId } });
  });
}

async function close(told) {
  const { client } = clients.get(told.name);
  clients.delete(told.name);
  await client.close();
  client.removeAllListeners();
}

const kCommands = {
  register, open, reopen, send, twin: readTwin, report, desired: listenDesired,
  methods: listenMethods, close, tpmKeys,
};

async function obey(told) {
  const begun = process.hrtime.bigint();
  const seconds = () => Number(process.hrtime.bigint() - begun) / 1e9;
  try {
    const value = await kCommands[told.op](told);
    say({ seq: told.seq, value: value === undefined ? null : value, seconds: seconds() });
  } catch (error) {
    say({ seq: told.seq, error: describe(error), seconds: seconds() });
  }
}

process.on('uncaughtException', (error) => {
  process.stderr.write(`the SDK threw outside any call: ${error.stack}\n`);
  process.exit(1);
});

say({ version: require('azure-iot-device/package.json').version });
readline
  .createInterface({ input: process.stdin })
  .on('line', (line) => obey(JSON.parse(line)))
  .on('close', () => process.exit(0));
