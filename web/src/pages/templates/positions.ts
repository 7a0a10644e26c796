// Where in a JSON text the value stands that a JSON pointer names, so that a problem of a model can
// be shown beside its line.

export interface Place {
  from: number; // offsets in the text
  to: number;
  line: number; // from 1
}

const DEPTH_MAX = 100;

class Reader {
  readonly places = new Map<string, { from: number; to: number }>();
  private at = 0;

  constructor(private readonly text: string) {}

  read(): void {
    this.value("", 0);
  }

  private blanks(): void {
    while (/\s/.test(this.text.charAt(this.at))) ++this.at;
  }

  private string(): string {
    const from = this.at++;
    while (this.at < this.text.length && this.text.charAt(this.at) !== '"') {
      this.at += this.text.charAt(this.at) === "\\" ? 2 : 1;
    }
    ++this.at;
    try {
      return JSON.parse(this.text.slice(from, this.at)) as string;
    } catch {
      return "";
    }
  }

  private value(pointer: string, depth: number): void {
    this.blanks();
    const from = this.at;
    const first = this.text.charAt(this.at);
    if (depth > DEPTH_MAX) throw new RangeError("too deep");
    if (first === "{") this.members(pointer, depth, "}");
    else if (first === "[") this.members(pointer, depth, "]");
    else if (first === '"') this.string();
    else while (/[^\s,\]}]/.test(this.text.charAt(this.at))) ++this.at;
    this.places.set(pointer, { from, to: this.at });
  }

  private members(pointer: string, depth: number, end: string): void {
    ++this.at;
    for (let index = 0; this.at < this.text.length; ++index) {
      this.blanks();
      if (this.text.charAt(this.at) === end) break;
      let name = String(index);
      if (end === "}") {
        name = this.string();
        this.blanks();
        ++this.at; // the colon
      }
      this.value(`${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`, depth + 1);
      this.blanks();
      if (this.text.charAt(this.at) === ",") ++this.at;
    }
    ++this.at;
  }
}

export const lineOf = (text: string, offset: number): number =>
  text.slice(0, offset).split("\n").length;

// Of a text that is JSON. What is not there has the place of the nearest value around it.
export function placesOf(text: string): (pointer: string) => Place {
  const reader = new Reader(text);
  try {
    reader.read();
  } catch {
    // deeper than anybody reads: what was found so far must do
  }
  return (pointer) => {
    let near = pointer;
    while (near !== "" && !reader.places.has(near)) near = near.slice(0, near.lastIndexOf("/"));
    const { from, to } = reader.places.get(near) ?? { from: 0, to: text.length };
    return { from, to, line: lineOf(text, from) };
  };
}

// What JSON.parse says of a text that is none, with its line.
export function jsonError(text: string): { what: string; line: number } | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const what = error instanceof Error ? error.message : "this is not JSON";
    const offset = /position (\d+)/.exec(what)?.[1];
    const line = /line (\d+)/.exec(what)?.[1];
    if (line !== undefined) return { what, line: Number(line) };
    return { what, line: lineOf(text, offset === undefined ? text.length : Number(offset)) };
  }
}
