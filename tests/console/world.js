// What the stories share: the browser, the server's API and command line, a real device, and the
// eyes that watch every page for violations of its policy and for errors.
'use strict';

const { execFile, spawn } = require('node:child_process');
const fs = require('node:fs');
const https = require('node:https');
const path = require('node:path');
const { chromium } = require('playwright-core');

const PATIENCE_MS = 120_000; // of machines that do other things, too
const PASSWORD = 'sails at half past five';

// Runs in every page before anything else does.
function watch() {
  document.addEventListener('securitypolicyviolation', (event) => {
    console.error(`CSP violation: ${event.violatedDirective} ${event.blockedURI}`);
  });
}

class World {
  static async open(plan) {
    const world = new World();
    world.plan = plan;
    world.password = PASSWORD;
    world.token = fs.readFileSync(path.join(plan.data, 'admin.token'), 'utf8').trim();
    world.ca = fs.readFileSync(path.join(plan.data, 'ca.pem'));
    world.browser = await chromium.launch({
      executablePath: plan.chromium,
      args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
    });
    world.contexts = [];
    world.children = [];
    world.violations = [];
    world.scope = (await world.api('GET', '/scopes')).items[0].id;
    return world;
  }

  async close() {
    await this.closePages();
    for (const child of this.children) child.kill();
    await this.browser.close();
  }

  // ---- pages

  // Nobody is signed in there. `look`: {width, height, scheme}.
  async newPage(look = {}) {
    const context = await this.browser.newContext({
      ignoreHTTPSErrors: true, // its CA is the server's own
      viewport: { width: look.width ?? 1280, height: look.height ?? 900 },
      colorScheme: look.scheme ?? 'light',
      reducedMotion: 'reduce',
      locale: 'en-GB',
      timezoneId: 'UTC',
    });
    context.setDefaultTimeout(PATIENCE_MS);
    await context.addInitScript(watch);
    const page = await context.newPage();
    page.on('console', (message) => this.#heard(page, message.text()));
    page.on('pageerror', (error) => this.violations.push(`${page.url()}: ${error}`));
    this.contexts.push(context);
    return page;
  }

  #heard(page, text) {
    if (/CSP violation|Content Security Policy/i.test(text)) {
      this.violations.push(`${page.url()}: ${text}`);
    }
  }

  checkNoViolations() {
    const found = this.violations.splice(0);
    if (found.length > 0) throw new Error(found.join('\n'));
  }

  async closePages() {
    this.violations = [];
    for (const context of this.contexts.splice(0)) await context.close();
  }

  async keepPicture(name) {
    const page = this.contexts.at(-1)?.pages()[0];
    if (page === undefined) return;
    fs.mkdirSync(this.plan.keep, { recursive: true });
    const file = path.join(this.plan.keep, `${name.replaceAll(/[^a-z0-9]+/gi, '-')}.png`);
    await page.screenshot({ path: file, timeout: PATIENCE_MS }).catch(() => undefined);
  }

  console(where = '/') {
    return `${this.plan.url}/console${where}`;
  }

  // A page where the operator is signed in.
  async signedIn(name, look = {}) {
    const page = await this.newPage(look);
    await page.goto(this.console());
    await page.getByLabel('Operator').fill(name);
    await page.getByLabel(/^Password/).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    return page;
  }

  async open(page, where) {
    await page.goto(this.console(where));
    await page.getByRole('heading', { level: 1 }).waitFor();
  }

  // ---- the server

  // The JSON of the answer; {status, code} of a refusal. Without `headers` with the admin token.
  async api(method, where, body, headers) {
    const text = body === undefined ? '' : JSON.stringify(body);
    const options = {
      method,
      ca: this.ca,
      headers: {
        ...(headers ?? { Authorization: `Bearer ${this.token}` }),
        ...(text === '' ? {} : { 'Content-Type': 'application/json' }),
      },
    };
    const url = `${this.plan.url}/api/v1${where}`;
    return new Promise((resolve, reject) => {
      const request = https.request(url, options, (answer) => {
        let got = '';
        answer.on('data', (chunk) => (got += chunk));
        answer.on('end', () => {
          const value = got === '' ? {} : JSON.parse(got);
          const told = { status: answer.statusCode, code: value.code };
          resolve(answer.statusCode < 400 ? value : told);
        });
      });
      request.on('error', reject);
      request.end(text);
    });
  }

  makeOperator(name, role, more = {}) {
    return this.api('POST', '/operators', { name, role, password: PASSWORD, ...more });
  }

  // {code, out, err} of a berth command.
  berth(...words) {
    const options = {
      env: { ...process.env, BERTH_DATA: this.plan.data },
      timeout: 2 * PATIENCE_MS,
      cwd: this.plan.directory,
    };
    return new Promise((resolve) => {
      execFile(this.plan.berth, words, options, (error, out, err) => {
        resolve({ code: error === null ? 0 : (error.code ?? 1), out, err });
      });
    });
  }

  // ---- devices

  // A device with the vendor's SDK. `told`: {registrationId, key, telemetry, reported, payload}.
  // {lines, ended, stop()}; each line of what it says is an object.
  device(told) {
    const plan = { host: this.plan.host, idScope: this.scope, ...told };
    const environment = {
      ...process.env,
      NODE_PATH: this.plan.sdk,
      NODE_EXTRA_CA_CERTS: path.join(this.plan.data, 'ca.pem'),
    };
    const child = spawn(this.plan.node, [path.join(__dirname, 'device.js')], { env: environment });
    this.children.push(child);
    const device = { lines: [], errors: '', stop: () => child.kill() };
    device.ended = new Promise((resolve) => child.on('close', resolve));
    let rest = '';
    child.stdout.on('data', (chunk) => {
      const parts = (rest + chunk).split('\n');
      rest = parts.pop();
      device.lines.push(...parts.map((line) => JSON.parse(line)));
    });
    child.stderr.on('data', (chunk) => (device.errors += chunk));
    child.stdin.end(JSON.stringify(plan));
    return device;
  }
}

function check(condition, what) {
  if (!condition) throw new Error(what);
}

// Asks again until the answer is something true.
async function until(ask, what, patience = PATIENCE_MS) {
  const end = Date.now() + patience;
  for (;;) {
    const got = await ask();
    if (got) return got;
    if (Date.now() > end) throw new Error(`waited for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

module.exports = { World, check, until, PATIENCE_MS };
