// What a device model (DTDL) says its devices can do, for people. The server has checked the model;
// this reads whatever it is given, and shows what it understands.

type Json = Record<string, unknown>;

export type Kind = "Telemetry" | "Property" | "Command" | "Component" | "Relationship";

export interface Capability {
  kind: Kind;
  name: string;
  displayName: string;
  schema: string; // in words: "double", "enum: idle, running"
  unit: string;
  description: string;
  writable: boolean;
  from: string; // the component or the extended interface it belongs to; empty: the model itself
}

const KINDS: Kind[] = ["Telemetry", "Property", "Command", "Component", "Relationship"];
const DEPTH_MAX = 10;
const SHOWN_MAX = 2_000;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const listOf = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

// A text, or one for each language: English, else the first.
export function localized(value: unknown): string {
  if (!isObject(value)) return text(value);
  return text(value.en) || (Object.values(value).map(text).find((each) => each !== "") ?? "");
}

export const shortId = (id: string): string =>
  (id.split(":").pop() ?? id).replace(/;.*$/, "") || id;

export function schemaText(schema: unknown, depth = 0): string {
  if (typeof schema === "string") return schema.startsWith("dtmi:") ? shortId(schema) : schema;
  if (!isObject(schema) || depth > DEPTH_MAX) return "";
  const type = text(schema["@type"]);
  const names = (list: unknown): string =>
    listOf(list)
      .filter(isObject)
      .map((each) => text(each.name))
      .join(", ");
  const inner = (of: unknown): string => schemaText(of, depth + 1);
  switch (type) {
    case "Enum":
      return `enum: ${names(schema.enumValues)}`;
    case "Object":
      return `object: ${names(schema.fields)}`;
    case "Array":
      return `array of ${inner(schema.elementSchema)}`;
    case "Map":
      return `map of ${inner(isObject(schema.mapValue) ? schema.mapValue.schema : undefined)}`;
    default:
      return type;
  }
}

function commandText(content: Json): string {
  const side = (value: unknown): string =>
    isObject(value) ? `${text(value.name)}: ${schemaText(value.schema)}` : "";
  const asks = side(content.request);
  const answers = side(content.response);
  return `(${asks})${answers === "" ? "" : ` → ${answers}`}`;
}

interface Reading {
  known: Map<string, Json>;
  found: Capability[];
  open: Set<string>; // being read: a model that contains itself ends there
}

function readContent(content: Json, from: string, reading: Reading): void {
  const kind = KINDS.find((each) => listOf(content["@type"]).includes(each));
  if (kind === undefined || reading.found.length >= SHOWN_MAX) return;
  const name = text(content.name);
  reading.found.push({
    kind,
    name,
    displayName: localized(content.displayName),
    schema: kind === "Command" ? commandText(content) : schemaText(content.schema),
    unit: text(content.unit),
    description: localized(content.description) || localized(content.comment),
    writable: content.writable === true,
    from,
  });
  if (kind !== "Component") return;
  const part = isObject(content.schema) ? content.schema : reading.known.get(text(content.schema));
  if (part !== undefined) readInterface(part, name, reading);
}

function readInterface(model: Json, from: string, reading: Reading): void {
  const id = text(model["@id"]);
  if (reading.open.has(id) || reading.open.size > DEPTH_MAX) return;
  reading.open.add(id);
  for (const content of listOf(model.contents)) {
    if (isObject(content)) readContent(content, from, reading);
  }
  for (const base of listOf(model.extends)) {
    const its = isObject(base) ? base : reading.known.get(text(base));
    if (its !== undefined) readInterface(its, from, reading);
  }
  reading.open.delete(id);
}

// Of an interface, or of an array of them in which `id` is the one that counts.
export function capabilitiesOf(model: unknown, id: string): Capability[] {
  const interfaces = listOf(model).filter(isObject);
  const known = new Map(interfaces.map((each) => [text(each["@id"]), each]));
  const root = known.get(id) ?? interfaces[0];
  const reading: Reading = { known, found: [], open: new Set() };
  if (root !== undefined) readInterface(root, "", reading);
  return reading.found;
}
