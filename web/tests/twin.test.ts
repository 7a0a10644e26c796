import { describe, expect, it } from "vitest";
import {
  changes,
  clashes,
  equal,
  isObject,
  merged,
  parseObject,
  patchOf,
  pathText,
  type JsonObject,
} from "../src/pages/device/json";
import { twinRows } from "../src/pages/device/twinRows";

const BEFORE: JsonObject = { keep: 1, gone: true, deep: { a: 1, b: [1, 2] }, list: [1] };
const AFTER: JsonObject = { keep: 1, deep: { a: 2, b: [1, 2] }, list: [1, 2], fresh: { x: 1 } };

describe("changes", () => {
  it("are those of single members, arrays being one", () => {
    const found = changes(BEFORE, AFTER).map(({ path, kind }) => `${kind} ${pathText(path)}`);
    expect(found).toEqual(["removed gone", "changed deep.a", "changed list", "added fresh"]);
  });

  it("make a patch that leads from the one to the other", () => {
    const patch = patchOf(changes(BEFORE, AFTER));
    expect(patch).toEqual({ gone: null, deep: { a: 2 }, list: [1, 2], fresh: { x: 1 } });
    expect(merged(BEFORE, patch)).toEqual(AFTER);
  });

  it("know an object that takes the place of a value, and the other way round", () => {
    const patch = patchOf(changes({ a: 1, b: { c: 1 } }, { a: { x: 1 }, b: 2 }));
    expect(merged({ a: 1, b: { c: 1 } }, patch)).toEqual({ a: { x: 1 }, b: 2 });
  });

  it("take __proto__ for a name like any other", () => {
    const evil = JSON.parse('{"__proto__": {"polluted": true}}') as JsonObject;
    const patch = patchOf(changes({}, evil));
    expect(Object.hasOwn(patch, "__proto__")).toBe(true);
    merged({}, patch);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(JSON.stringify(merged({}, patch))).toBe('{"__proto__":{"polluted":true}}');
  });
});

describe("two people at once", () => {
  const mine = changes({ a: 1, b: { c: 1 } }, { a: 2, b: { c: 1 } });

  it("do not clash when they change different members", () => {
    expect(clashes(mine, changes({ a: 1, b: { c: 1 } }, { a: 1, b: { c: 2 } }))).toEqual([]);
  });

  it("clash in the same member, unless both want the same", () => {
    expect(clashes(mine, changes({ a: 1 }, { a: 3 }))).toHaveLength(1);
    expect(clashes(mine, changes({ a: 1 }, { a: 2 }))).toHaveLength(0);
  });

  it("clash when one removes what the other changes within", () => {
    const within = changes({ b: { c: 1 } }, { b: { c: 2 } });
    expect(clashes(within, changes({ b: { c: 1 } }, {}))).toHaveLength(1);
    expect(clashes(changes({ b: { c: 1 } }, {}), within)).toHaveLength(1);
  });
});

describe("what is typed", () => {
  it("must be one object, and nothing is an empty one", () => {
    expect(parseObject('{"a": 1}')).toEqual({ value: { a: 1 } });
    expect(parseObject("  ")).toEqual({ value: {} });
    for (const wrong of ["[1]", "7", "null", "{", '{"a": }']) {
      expect(parseObject(wrong)).toHaveProperty("problem");
    }
  });

  it("may not hold null, which would delete", () => {
    expect(parseObject('{"a": {"b": null}}')).toHaveProperty("problem");
    expect(parseObject('{"a": [null]}')).toHaveProperty("value");
  });
});

describe("paths", () => {
  it("quote what is no plain name", () => {
    expect(pathText(["a", "b c", "d"])).toBe('a["b c"].d');
    expect(pathText(["1"])).toBe('["1"]');
  });
});

describe("wanted and reported", () => {
  it("says what the device has yet to do", () => {
    const rows = twinRows(
      { interval: 5, limits: { high: 80, low: 2 } },
      { interval: 5, limits: { high: 70 }, firmware: "1.0" },
    );
    expect(rows.map(({ name, state }) => [name, state])).toEqual([
      ["interval", "agrees"],
      ["limits.high", "differs"],
      ["limits.low", "awaited"],
      ["firmware", "reported"],
    ]);
  });

  it("looks into the answers of plug-and-play devices", () => {
    const reported = { target: { value: 21, ac: 200, av: 3, ad: "done" } };
    expect(twinRows({ target: 21 }, reported)).toEqual([
      { name: "target", desired: 21, reported: 21, state: "agrees" },
    ]);
  });
});

describe("equality", () => {
  it("does not mind the order of members, but that of items", () => {
    expect(equal({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(true);
    expect(equal([1, 2], [2, 1])).toBe(false);
    expect(equal({ a: undefined }, { b: undefined })).toBe(false);
    expect(isObject([])).toBe(false);
  });
});
