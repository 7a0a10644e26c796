// The commands that a device model names, as methods are called: component*command in components.

import { isObject } from "./json";

const COMMANDS_MAX = 100;

const isType = (element: Record<string, unknown>, type: string): boolean => {
  const types = element["@type"];
  return types === type || (Array.isArray(types) && types.includes(type));
};

const list = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

function named(contents: unknown, type: string): Record<string, unknown>[] {
  return list(contents)
    .filter(isObject)
    .filter((element) => isType(element, type) && typeof element.name === "string");
}

// A model is one interface or a list of them, whose first one is the device's.
export function commandsOf(model: unknown): string[] {
  const interfaces = list(model).filter(isObject);
  const root = interfaces[0];
  if (root === undefined) return [];
  const find = (id: unknown) =>
    isObject(id) ? id : interfaces.find((each) => each["@id"] === id);
  const own = named(root.contents, "Command").map((command) => String(command.name));
  const inner = named(root.contents, "Component").flatMap((component) =>
    named(find(component.schema)?.contents, "Command").map(
      (command) => `${String(component.name)}*${String(command.name)}`,
    ),
  );
  return [...new Set([...own, ...inner])].slice(0, COMMANDS_MAX);
}
