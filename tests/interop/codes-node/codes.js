// Readers of credential codes, unmodified: crypto-js, the phone app's own package, a QR decoder.
// Reads one job as JSON from standard input, does it, prints what came of it as JSON. It judges
// nothing.
//
//   decrypt  code [passphrase]        -> {library: {value} or {error}}
//   encrypt  text passphrase          -> {library: code}
//   picture  png (a data: URL)        -> {text, pixels, size, version} as jsqr and qrcode see it
//   app      package code [passphrase] [message] [settleMs]
//            what the app does with a code: {credentials, lines, state} or {error}
'use strict';

const fs = require('fs');
const Module = require('module');

const PACKAGES = ['1.1.7', '1.1.10'];
const CIPHERS = { 'crypto-js 3.3.0': 'crypto-js-3', 'crypto-js 4.2.0': 'crypto-js-4' };

// What a phone has and Node has not. The package brings the sources of its MQTT client, in the
// dialect that React Native's bundler takes: modules and types, which are taken away here as that
// bundler does; random numbers are Node's, WebSocket is that of ws, window is the global object.
function bePhone() {
  const { transform } = require('sucrase');
  const plain = Module._extensions['.js'];
  Module._extensions['.js'] = (module, file) => {
    if (!file.includes('react-native-paho-mqtt')) return plain(module, file);
    const options = { transforms: ['imports', 'flow'], filePath: file };
    return module._compile(transform(fs.readFileSync(file, 'utf8'), options).code, file);
  };
  const load = Module._load;
  Module._load = function (request, ...rest) {
    if (request === 'react-native-get-random-values') return {};
    return load.call(this, request, ...rest);
  };
  global.WebSocket = require('ws');
  global.window = global;
}

function attempt(act) {
  try {
    return { value: act() };
  } catch (error) {
    return { error: String(error) };
  }
}

function decrypt({ code, passphrase }) {
  const told = {};
  for (const version of PACKAGES) {
    const { DecryptCredentials } = require(`iotc-${version}/dist/utils.js`);
    told[`package ${version}`] = attempt(() => DecryptCredentials(code, passphrase));
  }
  for (const [name, folder] of Object.entries(CIPHERS)) {
    const library = require(folder);
    told[name] = attempt(() => {
      const inner = library.AES.decrypt(code, passphrase).toString(library.enc.Utf8);
      return JSON.parse(Buffer.from(inner, 'base64').toString('utf8'));
    });
  }
  return told;
}

function encrypt({ text, passphrase }) {
  const inner = Buffer.from(text, 'utf8').toString('base64');
  const told = {};
  for (const [name, folder] of Object.entries(CIPHERS)) {
    told[name] = require(folder).AES.encrypt(inner, passphrase).toString();
  }
  return told;
}

function picture({ png }) {
  const { PNG } = require('pngjs');
  const bytes = Buffer.from(png.slice('data:image/png;base64,'.length), 'base64');
  const image = PNG.sync.read(bytes);
  const read = require('jsqr')(new Uint8ClampedArray(image.data), image.width, image.height);
  if (read === null) return { error: 'jsqr finds no code' };
  const parts = [{ data: read.data, mode: 'byte' }];
  const made = require('qrcode').create(parts, { errorCorrectionLevel: 'M' });
  return {
    text: read.data,
    pixels: image.width,
    size: made.modules.size,
    version: read.version,
  };
}

async function app(job) {
  const library = require(`iotc-${job.package}`);
  const credentials = library.DecryptCredentials(job.code, job.passphrase);
  const lines = [];
  const keep = (line) => lines.push(String(line).slice(0, 200));
  const logger = { setLogLevel() {}, log: async (line) => keep(line), debug: async () => {} };
  const { deviceId, scopeId, deviceKey, modelId } = credentials;
  const type = library.IOTC_CONNECT.DEVICE_KEY;
  const client = new library.IoTCClient(deviceId, scopeId, type, deviceKey, logger);
  const settings = [];
  client.on('Properties', (property) => settings.push([property.name, property.value]));
  if (modelId) client.setModelId(modelId);
  await client.connect({ timeout: 30 });
  if (job.message) await client.sendTelemetry(job.message);
  await client.sendProperty({ seenBy: `app ${job.package}` });
  await new Promise((done) => setTimeout(done, job.settleMs || 500));
  const connected = client.isConnected();
  await client.disconnect();
  return { credentials, lines, settings, connected };
}

async function main() {
  bePhone();
  const job = JSON.parse(fs.readFileSync(0, 'utf8'));
  const acts = { decrypt, encrypt, picture, app };
  let told;
  try {
    told = await acts[job.act](job);
  } catch (error) {
    told = { error: String(error && error.stack ? error.stack : error) };
  }
  fs.writeSync(1, JSON.stringify(told) + '\n');
  process.exit(0);
}

main();
