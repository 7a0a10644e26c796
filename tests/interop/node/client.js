// Registers devices with the vendor's Node SDK, unmodified. Reads one plan as JSON on standard
// input, prints the SDK's version and then one JSON line per job: what the SDK told its caller,
// untouched. Judging is run.py's work.
'use strict';

const { ProvisioningDeviceClient } = require('azure-iot-provisioning-device');
const { Http } = require('azure-iot-provisioning-device-http');
const { Mqtt, MqttWs } = require('azure-iot-provisioning-device-mqtt');
const { SymmetricKeySecurityClient } = require('azure-iot-security-symmetric-key');

const kTransports = { HTTPS: Http, MQTT: Mqtt, 'MQTT-WS': MqttWs };

function say(line) {
  process.stdout.write(JSON.stringify(line) + '\n');
}

function describe(error) {
  return { name: error.constructor.name, message: String(error.message), kind: error.name };
}

function register(plan, job) {
  const security = new SymmetricKeySecurityClient(job.registrationId, job.key);
  const transport = new kTransports[job.transport]();
  const client = ProvisioningDeviceClient.create(plan.host, plan.idScope, transport, security);
  if (job.payload) client.setProvisioningPayload(job.payload);
  return new Promise((resolve) => {
    client.register((error, result) => {
      if (error) return resolve({ outcome: 'error', error: describe(error) });
      return resolve({
        outcome: 'assigned',
        registrationId: result.registrationId,
        deviceId: result.deviceId,
        assignedHub: result.assignedHub,
        substatus: result.substatus,
        payload: result.payload,
      });
    });
  });
}

async function run(plan, job) {
  const results = [];
  for (let i = 0; i < job.times; i += 1) results.push(await register(plan, job));
  say({ id: job.id, results });
}

async function main() {
  let text = '';
  for await (const chunk of process.stdin) text += chunk;
  const plan = JSON.parse(text);
  say({ version: require('azure-iot-provisioning-device/package.json').version });

  const queue = plan.jobs.slice();
  const worker = async () => {
    while (queue.length > 0) await run(plan, queue.shift());
  };
  await Promise.all(Array.from({ length: plan.parallel }, worker));
}

// The SDK throws from its socket callbacks on answers it cannot read. Such a throw has no job to
// belong to, so it ends the program and run.py fails every job that has not answered.
process.on('uncaughtException', (error) => {
  process.stderr.write(`the SDK threw outside any call: ${error.stack}\n`);
  process.exit(1);
});

main().then(() => process.exit(0));
