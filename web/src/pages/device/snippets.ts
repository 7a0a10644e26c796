// Programs that let a device in, ready to paste. A key is put in only while it is shown.

export interface Place {
  scope: string;
  host: string; // of provisioning
  registrationId: string;
  hubHost: string | null;
  deviceId: string;
  key: string | null;
}

export interface Snippet {
  id: string;
  label: string;
  lead: string;
  text: string;
}

const KEY = "<primary key>";

// Ids may have quotes in them; JSON's quoting is that of the languages below as well.
const q = (text: string): string => JSON.stringify(text);

const python = (place: Place): string => `# pip install azure-iot-device
from azure.iot.device import IoTHubDeviceClient, ProvisioningDeviceClient

KEY = ${q(place.key ?? KEY)}
CA = open("ca.pem").read()  # the server's CA; leave it out for a public one

registration = ProvisioningDeviceClient.create_from_symmetric_key(
    provisioning_host=${q(place.host)},
    registration_id=${q(place.registrationId)},
    id_scope=${q(place.scope)},
    symmetric_key=KEY,
    server_verification_cert=CA,
).register()

state = registration.registration_state
client = IoTHubDeviceClient.create_from_symmetric_key(
    symmetric_key=KEY,
    hostname=state.assigned_hub,
    device_id=state.device_id,
    server_verification_cert=CA,
)
client.connect()
client.send_message('{"temperature": 21.5}')
`;

const node = (place: Place): string => `// npm install azure-iot-provisioning-device
//   azure-iot-provisioning-device-mqtt azure-iot-security-symmetric-key
// The server's CA, if it is no public one: NODE_EXTRA_CA_CERTS=ca.pem node device.js
const { ProvisioningDeviceClient } = require("azure-iot-provisioning-device");
const { Mqtt } = require("azure-iot-provisioning-device-mqtt");
const { SymmetricKeySecurityClient } = require("azure-iot-security-symmetric-key");

const security = new SymmetricKeySecurityClient(
  ${q(place.registrationId)},
  ${q(place.key ?? KEY)},
);
const client = ProvisioningDeviceClient.create(
  ${q(place.host)},
  ${q(place.scope)},
  new Mqtt(),
  security,
);
client.register((error, result) => {
  if (error) throw error;
  console.log(\`assigned to \${result.assignedHub} as \${result.deviceId}\`);
});
`;

export const connectionString = (hubHost: string, deviceId: string, key: string): string =>
  `HostName=${hubHost};DeviceId=${deviceId};SharedAccessKey=${key}`;

const mqtt = (hubHost: string, deviceId: string): string => `host       ${hubHost}
port       8883, TLS
client id  ${deviceId}
user name  ${hubHost}/${deviceId}/?api-version=2021-04-12
password   a token signed with the device's key
send to    devices/${deviceId}/messages/events/
listen to  devices/${deviceId}/messages/devicebound/#
           $iothub/methods/POST/#
           $iothub/twin/PATCH/properties/desired/#
`;

export function snippetsFor(place: Place, registers: boolean): Snippet[] {
  const list: Snippet[] = [];
  if (registers) {
    list.push(
      {
        id: "python",
        label: "Python",
        lead: "Registers, connects to the hub it is told, and sends one message.",
        text: python(place),
      },
      {
        id: "node",
        label: "Node.js",
        lead: "Registers and says which hub it is told.",
        text: node(place),
      },
    );
  }
  if (place.hubHost !== null) {
    list.push(
      {
        id: "string",
        label: "Connection string",
        lead: "For software that connects to the hub without registering.",
        text: connectionString(place.hubHost, place.deviceId, place.key ?? KEY),
      },
      {
        id: "mqtt",
        label: "MQTT",
        lead: "For any MQTT 3.1.1 client.",
        text: mqtt(place.hubHost, place.deviceId),
      },
    );
  }
  return list;
}

// Where the keys are read: those of the identity, else those of the enrollment.
export type KeySource =
  | { from: "device"; hub: string; id: string }
  | { from: "enrollment"; scope: string; id: string }
  | { from: "none"; why: "group" | "certificate" | "tpm" | "password" | "unknown" };
