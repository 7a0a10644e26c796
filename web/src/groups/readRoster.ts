// Rosters as people have them: one name a line, or CSV as `berth ... import` reads it (columns name
// or serial, enroll_password, control_password). Nothing is sent before all of it was read.

import type { NewMember } from "./types";

export const ROSTER_MAX = 20_000;
export const ROSTER_BYTES_MAX = 4 * 1024 * 1024;

export interface RosterProblem {
  line: number;
  what: string;
}

export interface Roster {
  members: NewMember[];
  problems: RosterProblem[];
}

const NAME = /^[A-Za-z0-9\-._:]{1,64}$/;
const PASSWORD = /^[\x20-\x7e]{4,127}$/;

interface Line {
  at: number;
  cells: string[];
}

// RFC 4180: cells in quotes may hold commas, line ends and doubled quotes.
export function csvLines(text: string): Line[] {
  // Spreadsheets of some countries part cells by semicolons; passwords may hold either.
  const comma = (/[,;]/.exec(text.split("\n", 1)[0] ?? "") ?? [","])[0];
  const lines: Line[] = [];
  let at = 1;
  let line: Line = { at, cells: [] };
  let cell = "";
  let quoted = false;
  const endCell = () => {
    line.cells.push(cell);
    cell = "";
  };
  for (let i = 0; i < text.length; ++i) {
    const c = text.charAt(i);
    if (quoted) {
      if (c === "\n") ++at;
      if (c !== '"') cell += c;
      else if (text.charAt(i + 1) === '"') {
        cell += '"';
        ++i;
      } else quoted = false;
    } else if (c === '"' && cell === "") quoted = true;
    else if (c === comma) endCell();
    else if (c === "\n") {
      endCell();
      lines.push(line);
      line = { at: ++at, cells: [] };
    } else if (c !== "\r") cell += c;
  }
  if (cell !== "" || line.cells.length > 0) {
    endCell();
    lines.push(line);
  }
  return lines.filter((each) => each.cells.some((one) => one.trim() !== ""));
}

interface Columns {
  name: number;
  enroll: number;
  control: number;
}

const NAMES = ["name", "device_name", "devicename", "serial", "serial_number", "serial number"];

// Of the head line; undefined: there is none.
function columnsOf(cells: string[]): Columns | undefined {
  const head = cells.map((cell) => cell.trim().toLowerCase());
  const name = head.findIndex((cell) => NAMES.includes(cell));
  if (name < 0) return undefined;
  return {
    name,
    enroll: head.indexOf("enroll_password"),
    control: head.indexOf("control_password"),
  };
}

function wrongOf(member: NewMember, hasPasswords: boolean): string | undefined {
  if (!NAME.test(member.name)) {
    if (member.name === "") return "the name is missing";
    return "names are 1 to 64 letters, digits and -._:";
  }
  const passwords = [member.enrollPassword, member.controlPassword].filter(
    (each) => each !== undefined,
  );
  if (passwords.length > 0 && !hasPasswords) return "its group has one secret, no passwords";
  return passwords.every((each) => PASSWORD.test(each))
    ? undefined
    : "passwords are 4 to 127 printable ASCII characters";
}

export function readRoster(text: string, hasPasswords: boolean): Roster {
  const lines = csvLines(text.replace(/^\ufeff/, ""));
  const head = columnsOf(lines[0]?.cells ?? []);
  const columns = head ?? { name: 0, enroll: 1, control: 2 };
  const roster: Roster = { members: [], problems: [] };
  const seen = new Set<string>();
  for (const { at, cells } of head === undefined ? lines : lines.slice(1)) {
    const member: NewMember = { name: (cells[columns.name] ?? "").trim() };
    const enroll = cells[columns.enroll] ?? "";
    const control = cells[columns.control] ?? "";
    if (enroll !== "") member.enrollPassword = enroll;
    if (control !== "") member.controlPassword = control;
    const what = seen.has(member.name) ? "named twice" : wrongOf(member, hasPasswords);
    if (what !== undefined) roster.problems.push({ line: at, what });
    else {
      seen.add(member.name);
      roster.members.push(member);
    }
    if (roster.members.length > ROSTER_MAX) {
      roster.problems.push({ line: at, what: `more than ${ROSTER_MAX} names at once` });
      roster.members.length = ROSTER_MAX;
      break;
    }
  }
  return roster;
}
