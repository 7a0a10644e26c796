import { describe, expect, it } from "vitest";
import { readFilters, writeFilters } from "../src/parts/filters";

const DEFAULTS = { query: "", status: "", sort: "-updatedAt" };

describe("filters in the address", () => {
  it("are their defaults where the address says nothing", () => {
    expect(readFilters(new URLSearchParams("scope=0ne1"), DEFAULTS)).toEqual(DEFAULTS);
  });

  it("come back as they were written, whatever the text is", () => {
    const text = 'a&b=c#d%20+é<img src=x onerror="alert(1)">';
    const written = writeFilters(new URLSearchParams("scope=0ne1"), DEFAULTS, { query: text });
    const read = readFilters(new URLSearchParams(written.toString()), DEFAULTS);
    expect(read).toEqual({ ...DEFAULTS, query: text });
    expect(written.get("scope")).toBe("0ne1");
  });

  it("leave the address when they are cleared", () => {
    const before = new URLSearchParams("query=a&status=failed&scope=0ne1&sort=id");
    const after = writeFilters(before, DEFAULTS, DEFAULTS);
    expect(after.toString()).toBe("scope=0ne1");
    expect(before.get("query")).toBe("a");
  });

  it("take no parameter that is no filter", () => {
    expect(readFilters(new URLSearchParams("limit=9&__proto__=x"), DEFAULTS)).toEqual(DEFAULTS);
  });
});
