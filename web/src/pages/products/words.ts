// The words of a product's settings.

import type { Admits, Reissue } from "../../groups/types";

export const ADMITS: Record<Admits, { label: string; text: string }> = {
  nobody: {
    label: "Nobody",
    text: "Dynamic registration is off. Devices that have registered go on connecting.",
  },
  listed: {
    label: "Listed devices",
    text: "Dynamic registration is on for names on the list, and for no others.",
  },
  anybody: {
    label: "Anybody with the secret",
    text: "Any name registers, and is put on the list by that, up to the quota.",
  },
};

export const REISSUE: Record<Reissue, string> = {
  refused: "Refused",
  same: "Gets what it has",
  new: "Gets a new credential",
};

export const seconds = (value: number): string => (value === 0 ? "Off" : `${value} s`);

// How the command line says whom a product admits.
export const admitsFlags = (admits: Admits): Record<string, string> => ({
  "dynamic-registration": admits === "nobody" ? "false" : "true",
  ...(admits === "nobody" ? {} : { "auto-create": admits === "anybody" ? "true" : "false" }),
});
