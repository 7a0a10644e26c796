// The command line that does the same as an action of the console, quoted for a POSIX shell.

export type CliFlag = string | number | boolean | null | undefined;

const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;
// Control characters and the ones that turn text around (bidi): a terminal must not see them raw.
// eslint-disable-next-line no-control-regex
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

const escaped = (character: string): string => {
  const unseen = Array.from(new TextEncoder().encode(character));
  return unseen.map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
};

function ansiQuoted(text: string): string {
  let out = "";
  for (const character of text) {
    if (UNSEEN.test(character)) out += escaped(character);
    else if (character === "\\" || character === "'") out += `\\${character}`;
    else out += character;
  }
  return `$'${out}'`;
}

export function shellQuote(text: string): string {
  if (PLAIN.test(text)) return text;
  if (UNSEEN.test(text)) return ansiQuoted(text);
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

// cliCommand(["device", "show", id], {hub: "hub-1", json: true})
//   → berth device show ID --hub hub-1 --json
// A flag that is false, null or undefined is left out. An id that begins with a dash comes last,
// after --, so that it is not read as a flag.
export function cliCommand(words: string[], flags: Record<string, CliFlag> = {}): string {
  const [noun, verb, ...ids] = words;
  const dashed = ids.some((id) => id.startsWith("-"));
  const parts = ["berth", noun ?? "", verb ?? ""].filter((word) => word !== "");
  if (!dashed) parts.push(...ids.map(shellQuote));
  for (const [name, value] of Object.entries(flags)) {
    if (value === false || value === null || value === undefined) continue;
    parts.push(`--${name}`);
    if (value !== true) parts.push(shellQuote(String(value)));
  }
  if (dashed) parts.push("--", ...ids.map(shellQuote));
  return parts.join(" ");
}
