// One device with the vendor's Node SDK, unmodified: registers, connects, reports and sends, and
// stays until it is ended. Reads what to do as JSON on standard input; what the SDK tells its
// caller is one JSON line each.
'use strict';

const { Message, NoRetry } = require('azure-iot-common');
const { Client } = require('azure-iot-device');
const { Mqtt } = require('azure-iot-device-mqtt');
const { ProvisioningDeviceClient } = require('azure-iot-provisioning-device');
const { Mqtt: DpsMqtt } = require('azure-iot-provisioning-device-mqtt');
const { SymmetricKeySecurityClient } = require('azure-iot-security-symmetric-key');

const SEND_EVERY_MS = 1_000;

function say(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function register(told) {
  const security = new SymmetricKeySecurityClient(told.registrationId, told.key);
  const client = ProvisioningDeviceClient.create(
    told.host,
    told.idScope,
    new DpsMqtt(),
    security,
  );
  if (told.payload) client.setProvisioningPayload(told.payload);
  return client.register();
}

async function live(told, result) {
  const keys = `SharedAccessKey=${told.key}`;
  const string = `HostName=${result.assignedHub};DeviceId=${result.deviceId};${keys}`;
  const client = Client.fromConnectionString(string, Mqtt);
  client.setRetryPolicy(new NoRetry());
  await client.open();
  say({ connected: result.deviceId, hub: result.assignedHub });
  if (told.reported) {
    const twin = await client.getTwin();
    await new Promise((resolve) => twin.properties.reported.update(told.reported, resolve));
    say({ reported: true });
  }
  for (;;) {
    const message = new Message(JSON.stringify(told.telemetry ?? { beat: Date.now() }));
    message.contentType = 'application/json';
    message.contentEncoding = 'utf-8';
    await client.sendEvent(message);
    say({ sent: true });
    await new Promise((resolve) => setTimeout(resolve, SEND_EVERY_MS));
  }
}

async function main() {
  let text = '';
  for await (const chunk of process.stdin) text += chunk;
  const told = JSON.parse(text);
  const result = await register(told);
  say({ assigned: result.deviceId });
  await live(told, result);
}

main().catch((error) => {
  say({ refused: String(error.message), kind: error.name });
  process.exit(2);
});
