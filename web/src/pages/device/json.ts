// Changes between two JSON documents: to show them, to send them as a merge patch, and to see
// whether two people changed the same thing.

export type JsonObject = Record<string, unknown>;

export interface Change {
  path: string[];
  kind: "added" | "removed" | "changed";
  before: unknown;
  after: unknown;
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((each, at) => equal(each, b[at]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && equal(a[name], b[name]))
  );
}

// Arrays are values: a merge patch replaces them whole, and so does a person who reads one.
export function changes(before: JsonObject, after: JsonObject, at: string[] = []): Change[] {
  const found: Change[] = [];
  for (const name of Object.keys(before)) {
    const path = [...at, name];
    const old = before[name];
    if (!Object.hasOwn(after, name)) {
      found.push({ path, kind: "removed", before: old, after: undefined });
      continue;
    }
    const now = after[name];
    if (isObject(old) && isObject(now)) found.push(...changes(old, now, path));
    else if (!equal(old, now)) found.push({ path, kind: "changed", before: old, after: now });
  }
  for (const name of Object.keys(after)) {
    if (Object.hasOwn(before, name)) continue;
    found.push({ path: [...at, name], kind: "added", before: undefined, after: after[name] });
  }
  return found;
}

const setOwn = (object: JsonObject, name: string, value: unknown): void => {
  // __proto__ may be a member like any other.
  Object.defineProperty(object, name, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
};

function ownObject(object: JsonObject, name: string): JsonObject {
  const there = Object.hasOwn(object, name) ? object[name] : undefined;
  if (isObject(there)) return there;
  const made: JsonObject = {};
  setOwn(object, name, made);
  return made;
}

// The merge patch (RFC 7396) that makes these changes.
export function patchOf(list: Change[]): JsonObject {
  const patch: JsonObject = {};
  for (const change of list) {
    const parents = change.path.slice(0, -1);
    const parent = parents.reduce(ownObject, patch);
    setOwn(parent, change.path.at(-1) ?? "", change.kind === "removed" ? null : change.after);
  }
  return patch;
}

export function merged(target: unknown, patch: JsonObject): JsonObject {
  const result: JsonObject = {};
  if (isObject(target)) {
    for (const name of Object.keys(target)) setOwn(result, name, target[name]);
  }
  for (const name of Object.keys(patch)) {
    const value = patch[name];
    if (value === null) Reflect.deleteProperty(result, name);
    else if (isObject(value)) {
      setOwn(result, name, merged(Object.hasOwn(result, name) ? result[name] : undefined, value));
    } else setOwn(result, name, value);
  }
  return result;
}

const begins = (path: string[], start: string[]): boolean =>
  start.every((name, at) => path[at] === name);

// The changes of theirs that touch what mine touch.
export const clashes = (mine: Change[], theirs: Change[]): Change[] =>
  theirs.filter((their) =>
    mine.some(
      (my) =>
        (begins(my.path, their.path) || begins(their.path, my.path)) &&
        !(equal(my.path, their.path) && my.kind === their.kind && equal(my.after, their.after)),
    ),
  );

const PLAIN_NAME = /^[A-Za-z_$][A-Za-z0-9_$-]*$/;

export const pathText = (path: string[]): string =>
  path
    .map((name, at) =>
      PLAIN_NAME.test(name) ? (at === 0 ? name : `.${name}`) : `[${JSON.stringify(name)}]`,
    )
    .join("");

export const compact = (value: unknown): string =>
  value === undefined ? "" : (JSON.stringify(value) ?? "");

export type Parsed = { value: JsonObject } | { problem: string };

export function parseObject(text: string): Parsed {
  let value: unknown;
  try {
    value = text.trim() === "" ? {} : (JSON.parse(text) as unknown);
  } catch (error) {
    return { problem: error instanceof Error ? error.message : "This is no JSON." };
  }
  if (!isObject(value)) return { problem: "A twin's section is an object: { … }" };
  const empty = changes({}, value).find((change) => hasNull(change.after));
  if (empty !== undefined) {
    return { problem: `null deletes a member: leave ${pathText(empty.path)} out instead.` };
  }
  return { value };
}

const hasNull = (value: unknown): boolean =>
  value === null || (isObject(value) && Object.values(value).some(hasNull));
