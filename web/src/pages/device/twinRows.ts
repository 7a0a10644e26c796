// Desired and reported side by side: what the device has yet to do.

import { equal, isObject, pathText, type JsonObject } from "./json";

export interface TwinRow {
  name: string;
  desired: unknown; // undefined: not there
  reported: unknown;
  state: "agrees" | "differs" | "awaited" | "reported";
}

// Devices that follow the plug-and-play convention report {value, ac, av, ad}.
const valueOf = (value: unknown): unknown =>
  isObject(value) && Object.hasOwn(value, "value") && Object.hasOwn(value, "ac")
    ? value.value
    : value;

function leaves(value: JsonObject, at: string[], found: Map<string, unknown>): void {
  for (const name of Object.keys(value)) {
    const path = [...at, name];
    const inner = valueOf(value[name]);
    if (isObject(inner) && Object.keys(inner).length > 0) leaves(inner, path, found);
    else found.set(pathText(path), inner);
  }
}

export function twinRows(desired: JsonObject, reported: JsonObject): TwinRow[] {
  const wanted = new Map<string, unknown>();
  const told = new Map<string, unknown>();
  leaves(desired, [], wanted);
  leaves(reported, [], told);
  const rows: TwinRow[] = [];
  for (const [name, value] of wanted) {
    const state = !told.has(name)
      ? "awaited"
      : equal(value, told.get(name))
        ? "agrees"
        : "differs";
    rows.push({ name, desired: value, reported: told.get(name), state });
  }
  for (const [name, value] of told) {
    if (wanted.has(name)) continue;
    rows.push({ name, desired: undefined, reported: value, state: "reported" });
  }
  return rows;
}
