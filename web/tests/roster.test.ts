import { describe, expect, it } from "vitest";
import { readRoster } from "../src/groups/readRoster";
import { stateOf, type Member } from "../src/groups/types";

describe("a roster", () => {
  it("is names, one a line", () => {
    expect(readRoster("dev001\r\n\n dev002 \n", false)).toEqual({
      members: [{ name: "dev001" }, { name: "dev002" }],
      problems: [],
    });
  });

  it("is CSV with columns in any order", () => {
    const text = "control_password,serial,enroll_password\nc-111,SN1,e-111\n,SN2,\n";
    expect(readRoster(text, true).members).toEqual([
      { name: "SN1", enrollPassword: "e-111", controlPassword: "c-111" },
      { name: "SN2" },
    ]);
  });

  it("is CSV without a head, with passwords that hold commas, quotes and semicolons", () => {
    expect(readRoster('SN1,"a,""b;c",d;ef\n', true).members).toEqual([
      { name: "SN1", enrollPassword: 'a,"b;c', controlPassword: "d;ef" },
    ]);
  });

  it("may be parted by semicolons", () => {
    expect(readRoster("serial;enroll_password\nSN1;abcd", true).members).toEqual([
      { name: "SN1", enrollPassword: "abcd" },
    ]);
  });

  it("leaves out what the server would refuse, and says which line", () => {
    const { members, problems } = readRoster("name\nok\nnot ok\nok\nSN2,x\n<b>", true);
    expect(members.map((each) => each.name)).toEqual(["ok", "SN2"]);
    expect(problems.map((each) => each.line)).toEqual([3, 4, 6]);
  });

  it("leaves out passwords that are too short, and any of a group with one secret", () => {
    expect(readRoster("SN1,abc", true).problems).toHaveLength(1);
    expect(readRoster("SN1,abcd", true).problems).toHaveLength(0);
    expect(readRoster("SN1,abcd", false).problems).toHaveLength(1);
  });

  it("is bounded", () => {
    const many = Array.from({ length: 20_010 }, (_, at) => `n${at}`).join("\n");
    const { members, problems } = readRoster(many, false);
    expect(members).toHaveLength(20_000);
    expect(problems).toHaveLength(1);
  });
});

describe("a member", () => {
  const open = { wrong: 0, lockedUntil: null };
  const member = { state: "activated", guesses: { enroll: open, control: open } } as Member;

  it("that is locked says so first, until its lock is over", () => {
    const until = "2026-01-01T00:00:00Z";
    const control = { wrong: 9, lockedUntil: until };
    const locked = { ...member, guesses: { enroll: open, control } };
    expect(stateOf(locked, Date.parse(until) - 1)).toBe("locked");
    expect(stateOf(locked, Date.parse(until))).toBe("activated");
    expect(stateOf({ ...member, guesses: null }, 0)).toBe("activated");
  });
});
