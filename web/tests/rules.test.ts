// Rules of this folder that a linter could be told to overlook.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((name) => /\.(?:tsx?|css)$/.test(name))
  .map((name) => ({ name, text: readFileSync(join("src", name), "utf8") }));

const holding = (pattern: RegExp): string[] =>
  sources.filter(({ text }) => pattern.test(text)).map(({ name }) => name);

describe("the sources", () => {
  it("are found", () => expect(sources.length).toBeGreaterThan(40));

  it("render nothing as HTML", () => {
    expect(holding(/dangerouslySetInnerHTML|\.(?:inner|outer)HTML\b|insertAdjacentHTML/)).toEqual(
      [],
    );
    expect(holding(/document\.write|createContextualFragment|DOMParser|srcdoc/i)).toEqual([]);
  });

  it("run no text as a program", () => {
    expect(holding(/\beval\(|new Function\(|javascript:/)).toEqual([]);
  });

  it("name no other host", () => {
    const allowed = /https?:\/\/(?:www\.w3\.org\/2000\/svg|localhost|\$\{)/;
    const named = sources.filter(({ text }) =>
      (text.match(/(?:https?:|wss?:|url\(["']?)\/\/[^\s"'`)]+/g) ?? []).some(
        (address) => !allowed.test(address),
      ),
    );
    expect(named.map(({ name }) => name)).toEqual([]);
  });

  it("keep nothing in the browser but through app/kept.ts", () => {
    const users = holding(/\b(?:localStorage|sessionStorage|indexedDB|document\.cookie)\b/);
    expect(users).toEqual([join("app", "kept.ts")]);
  });
});
