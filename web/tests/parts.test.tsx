import { MantineProvider } from "@mantine/core";
import { fireEvent, render, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { describe, expect, it, vi } from "vitest";
import { Problem } from "../src/api/problem";
import { CopyField } from "../src/parts/CopyField";
import { ErrorNotice } from "../src/parts/ErrorNotice";
import { GuardedButton } from "../src/parts/GuardedButton";
import { JsonView, tokens } from "../src/parts/JsonView";
import { timeAgo } from "../src/parts/times";
import { chosenScope } from "../src/scope/scope";
import { shouldRetry } from "../src/app/queries";
import { mayReload } from "../src/app/reload";
import { meaning, type Keys } from "../src/app/shortcuts";
import type { Scope } from "../src/api/types";

const EVIL = '<img src=x onerror="alert(1)"><script>alert(2)</script>';
const show = (node: ReactNode) => render(<MantineProvider env="test">{node}</MantineProvider>);

describe("text from outside", () => {
  it("is shown as text, wherever it stands", () => {
    const error = new Problem({
      title: EVIL,
      status: 400,
      code: "invalid",
      detail: EVIL,
      mend: EVIL,
    });
    const { container } = show(
      <>
        <ErrorNotice error={error} />
        <JsonView value={{ [EVIL]: EVIL }} label={EVIL} />
        <CopyField label="Device id" value={EVIL} />
      </>,
    );
    expect(container.querySelectorAll("img, script")).toHaveLength(0);
    expect(container.textContent).toContain(EVIL);
  });
});

describe("a secret", () => {
  it("is not in the page before it is asked for", () => {
    const { container } = show(<CopyField label="Key" value="s3cr3t" secret />);
    expect(container.innerHTML).not.toContain("s3cr3t");
    fireEvent.click(screen.getByRole("button", { name: "Show Key" }));
    expect(container.textContent).toContain("s3cr3t");
  });
});

describe("a guarded button", () => {
  it("acts for those who may", () => {
    const act = vi.fn();
    show(
      <GuardedButton permission={{ allowed: true, why: "" }} onClick={act}>
        Delete
      </GuardedButton>,
    );
    fireEvent.click(screen.getByRole("button", { name: "Delete" }));
    expect(act).toHaveBeenCalledTimes(1);
  });

  it("says why others may not, and does nothing", () => {
    const act = vi.fn();
    show(
      <GuardedButton permission={{ allowed: false, why: "needs the role admin" }} onClick={act}>
        Delete
      </GuardedButton>,
    );
    const button = screen.getByRole("button", { name: "Delete" });
    fireEvent.click(button);
    expect(act).not.toHaveBeenCalled();
    expect(button.getAttribute("aria-description")).toBe("needs the role admin");
  });
});

describe("JSON in colours", () => {
  it.each([
    [{ a: [1, -2.5e3, true, null, 'b\\"c'], "d:e": { f: "\u2028" } }],
    ["text"],
    [[]],
    [{ true: "false", "1": "null" }],
  ])("keeps every character of %j", (value) => {
    const text = JSON.stringify(value, null, 2);
    expect(
      tokens(text)
        .map((token) => token.text)
        .join(""),
    ).toBe(text);
  });

  it("tells names from texts", () => {
    expect(tokens('{"a": "b"}').filter((token) => token.kind === "name")).toEqual([
      { kind: "name", text: '"a"' },
    ]);
  });
});

describe("times", () => {
  const now = Date.parse("2026-05-01T12:00:00Z");
  it.each([
    ["2026-05-01T11:59:58Z", "now"],
    ["2026-05-01T11:59:30Z", "30 sec. ago"],
    ["2026-05-01T11:30:00Z", "30 min. ago"],
    ["2026-05-01T02:00:00Z", "10 hr. ago"],
    ["2026-04-30T12:00:00Z", "yesterday"],
    ["2026-05-01T12:15:00Z", "in 15 min."],
    ["2026-01-02T12:00:00Z", "Jan 2, 2026"],
    ["no time", "no time"],
  ])("%s is %s", (at, text) => expect(timeAgo(at, now)).toBe(text));
});

describe("the scope", () => {
  const scopes = [{ id: "0ne1" }, { id: "0ne2" }] as Scope[];
  it("is the one of the address, else the last one, else the first", () => {
    expect(chosenScope(scopes, "0ne2", "0ne1")?.id).toBe("0ne2");
    expect(chosenScope(scopes, "gone", "0ne2")?.id).toBe("0ne2");
    expect(chosenScope(scopes, null, "gone")?.id).toBe("0ne1");
    expect(chosenScope([], "0ne1", null)).toBeUndefined();
  });
});

describe("requests are tried again", () => {
  const of = (code: string) => new Problem({ title: "", status: 0, code, detail: "" });
  it("when no answer came, and not when the answer was no", () => {
    expect(shouldRetry(0, of("unreachable"))).toBe(true);
    expect(shouldRetry(2, of("unreachable"))).toBe(false);
    expect(shouldRetry(0, of("forbidden"))).toBe(false);
    expect(shouldRetry(0, new Error("a bug"))).toBe(false);
  });
});

describe("keys", () => {
  const devices = vi.fn();
  const search = vi.fn();
  const keys: Keys = { goTo: { d: devices }, single: { "/": search, d: search } };
  it("g, then a letter soon after, is a page", () => {
    expect(meaning(keys, { key: "g", at: 100 }, { key: "d", at: 1_200 })).toBe(devices);
    expect(meaning(keys, { key: "g", at: 100 }, { key: "d", at: 1_400 })).toBe(search);
    expect(meaning(keys, { key: "g", at: 100 }, { key: "/", at: 200 })).toBeNull();
    expect(meaning(keys, null, { key: "/", at: 0 })).toBe(search);
    expect(meaning(keys, null, { key: "x", at: 0 })).toBeNull();
  });
});

describe("a page older than the server", () => {
  it("is loaded again, but not over and over", () => {
    expect(mayReload(null, 1_000_000)).toBe(true);
    expect(mayReload("1000000", 1_029_999)).toBe(false);
    expect(mayReload("1000000", 1_030_000)).toBe(true);
    expect(mayReload("rubbish", 1_000_000)).toBe(true);
  });
});
