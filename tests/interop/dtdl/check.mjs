// Judges every model of models.json with a maintained validator: the language's own parser, built
// for JavaScript. The program's verdicts on the same models are a test of its own
// (src/domain/tests/dtdl_models_test.cc); each model says the verdict that both must give.
//
//   npm ci && node check.mjs
import { readFileSync } from "node:fs";
import { getInterop } from "@digicatapult/dtdl-parser";

const models = JSON.parse(readFileSync(new URL("models.json", import.meta.url), "utf8"));
const parser = await getInterop();

// An interface that is used and not there is no fault of the model.
function verdict(model) {
  try {
    parser.parse(JSON.stringify(model));
    return true;
  } catch (error) {
    return JSON.parse(error.message).ExceptionKind === "Resolution";
  }
}

let different = 0;
for (const { name, valid, model } of models) {
  if (verdict(model) === valid) continue;
  different += 1;
  console.log(`${name}: the validator says ${valid ? "bad" : "good"}`);
}
console.log(`${models.length} models, ${different} judged differently`);
process.exit(different === 0 ? 0 : 1);
