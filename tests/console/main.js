// Runs the stories in their order and counts them. Reads the plan of run.py as JSON on standard
// input. A story is {name, run(world)}; later ones may use what earlier ones have made.
'use strict';

const { World } = require('./world');
const { takePictures } = require('./pictures');

const STORIES = ['entering', 'protection', 'devices', 'roles', 'hostile', 'pages'];

function say(line) {
  process.stdout.write(`console: ${line}\n`);
}

async function runOne(world, story) {
  const began = Date.now();
  try {
    await story.run(world);
    world.checkNoViolations();
    say(`ok: ${story.name} (${Math.round((Date.now() - began) / 1000)} s)`);
    return true;
  } catch (error) {
    await world.keepPicture(story.name);
    say(`failed: ${story.name}: ${error.stack ?? error}`);
    return false;
  } finally {
    await world.closePages();
  }
}

// What every other story needs must run whatever is asked for.
const chosen = (plan, story) =>
  story.always || plan.only.length === 0 || plan.only.some((name) => story.name.startsWith(name));

async function runStories(world, plan) {
  const counts = { passed: 0, failed: 0 };
  for (const name of STORIES) {
    for (const story of require(`./stories/${name}`)) {
      if (!chosen(plan, story)) continue;
      counts[(await runOne(world, story)) ? 'passed' : 'failed'] += 1;
    }
  }
  process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, 0 skipped\n`);
  return counts.failed === 0 ? 0 : 1;
}

async function main() {
  let text = '';
  for await (const chunk of process.stdin) text += chunk;
  const plan = JSON.parse(text);
  const world = await World.open(plan);
  try {
    return plan.pictures === null ? await runStories(world, plan) : await takePictures(world);
  } finally {
    await world.close();
  }
}

main().then(
  (code) => process.exit(code),
  (error) => {
    say(`failed: ${error.stack ?? error}`);
    process.exit(1);
  },
);
