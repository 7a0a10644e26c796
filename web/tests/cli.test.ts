import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { cliCommand, shellQuote } from "../src/parts/cli";

// What a shell makes of the text, word by word.
const words = (text: string): string[] =>
  execFileSync("bash", ["-c", `printf '%s\\0' ${text}`], { encoding: "utf8" })
    .split("\0")
    .slice(0, -1);

const NASTY = [
  "pump 1",
  "it's",
  "$(reboot)",
  "`id`",
  "a;b&c|d>e<f",
  "\\",
  "a\\'b",
  '"quoted"',
  "*?[a]{b,c}~!#",
  "$HOME",
  "line\nbreak",
  "\u001b]0;title\u0007",
  "tab\there\rand",
  "\u202eevil\u2066",
  "\u0085next",
  "schr\u00f6dinger \ud83d\udea2",
  "",
];

describe("quoting", () => {
  it("leaves plain words alone", () => {
    expect(shellQuote("pump-1.a_b:c@d/e,f+g=h%i")).toBe("pump-1.a_b:c@d/e,f+g=h%i");
  });

  it.each(NASTY)("a shell reads %j as it was", (text) => {
    expect(words(shellQuote(text))).toEqual([text]);
  });

  it("shows a terminal nothing that it would act on", () => {
    for (const text of NASTY) {
      expect(shellQuote(text)).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
    }
  });
});

describe("commands", () => {
  it("have their flags after the words", () => {
    const flags = { hub: "hub 1", limit: 5, json: true, all: false, scope: null, to: undefined };
    expect(cliCommand(["device", "show", "pump#1"], flags)).toBe(
      "berth device show 'pump#1' --hub 'hub 1' --limit 5 --json",
    );
  });

  it("have one word where the command has one", () => {
    expect(cliCommand(["status"])).toBe("berth status");
  });

  it("put an id that looks like a flag behind --", () => {
    expect(cliCommand(["device", "delete", "--all"], { hub: "h" })).toBe(
      "berth device delete --hub h -- --all",
    );
  });
});
