// What the portal's form holds, what is wrong with it, and the request it becomes.

import type { CodeMode, CodeRequest } from "./credential";
import { deriveDeviceKey, wrongKey } from "./deriveKey";

export type KeySource = "server" | "typed";

export interface CodeForm {
  mode: CodeMode;
  device: string;
  isNew: boolean;
  source: KeySource; // whence the key: not asked of a claim
  deviceKey: string; // existing device, typed
  group: string; // new device, from the server; of an existing one: found out
  groupKey: string; // new device, typed: stays in this browser
  model: string;
  passphrase: string;
  unencrypted: boolean;
  includePassphrase: boolean;
  pickup: boolean;
  ttlSeconds: number;
}

export type Field = "device" | "deviceKey" | "group" | "groupKey" | "model" | "passphrase";
export type Wrong = Partial<Record<Field, string>>;

export const EMPTY: CodeForm = {
  mode: "claim",
  device: "",
  isNew: false,
  source: "server",
  deviceKey: "",
  group: "",
  groupKey: "",
  model: "",
  passphrase: "",
  unencrypted: false,
  includePassphrase: false,
  pickup: true,
  ttlSeconds: 900,
};

const DEVICE = /^[A-Za-z0-9\-._:]{1,128}$/;
const PASSPHRASE_BYTES_MAX = 256;
const MODEL_MAX = 512;

export const wrongDevice = (id: string): string =>
  DEVICE.test(id.trim()) ? "" : "An id is 1 to 128 letters, digits and - . _ :";

function wrongPassphrase(form: CodeForm): string {
  if (form.mode === "claim" || (form.mode === "compatible" && form.unencrypted)) return "";
  if (new TextEncoder().encode(form.passphrase).length > PASSPHRASE_BYTES_MAX) {
    return `At most ${PASSPHRASE_BYTES_MAX} bytes.`;
  }
  return form.mode === "compatible" && form.passphrase === ""
    ? "Old codes are only as safe as this: choose a long one."
    : "";
}

export function wrongOf(form: CodeForm): Wrong {
  const wrong: Wrong = {};
  const note = (field: Field, what: string) => {
    if (what !== "") wrong[field] = what;
  };
  note("device", wrongDevice(form.device));
  if (form.mode !== "claim") {
    const typed = form.source === "typed";
    if (typed && form.isNew) note("groupKey", wrongKey(form.groupKey));
    if (typed && !form.isNew) note("deviceKey", wrongKey(form.deviceKey));
    if (!typed && form.isNew && form.group === "") note("group", "Choose a group of the scope.");
  }
  if (form.model.trim().length > MODEL_MAX) note("model", `At most ${MODEL_MAX} characters.`);
  note("passphrase", wrongPassphrase(form));
  return wrong;
}

// The members of each mode; what does not belong to it is left out whatever the form holds.
function modeMembers(form: CodeForm): Partial<CodeRequest> {
  const given = form.passphrase === "" ? {} : { passphrase: form.passphrase };
  switch (form.mode) {
    case "claim":
      return {};
    case "envelope":
      return given;
    case "compatible":
      if (form.unencrypted) return { unencrypted: true };
      return form.includePassphrase ? { ...given, includePassphrase: true } : given;
  }
}

async function keyMembers(form: CodeForm): Promise<Partial<CodeRequest>> {
  if (form.mode === "claim" || form.source === "server") {
    return form.group === "" ? {} : { enrollmentGroupId: form.group };
  }
  const deviceKey = form.isNew
    ? await deriveDeviceKey(form.groupKey, form.device)
    : form.deviceKey.trim();
  return { deviceKey };
}

// The request: of a typed group key only what was derived from it goes in.
export async function requestOf(form: CodeForm, scope: string): Promise<CodeRequest> {
  const model = form.model.trim();
  return {
    mode: form.mode,
    scope,
    deviceId: form.device.trim(),
    ...(await keyMembers(form)),
    ...(form.isNew && model !== "" ? { modelId: model } : {}),
    ...modeMembers(form),
    ttlSeconds: form.ttlSeconds,
    pickup: form.pickup,
  };
}

// From the address: what is no secret. Keys and passphrases in an address are not even looked at.
export function prefilled(search: URLSearchParams): CodeForm {
  const get = (name: string): string => search.get(name) ?? "";
  const mode = get("mode");
  return {
    ...EMPTY,
    mode: mode === "envelope" || mode === "compatible" ? mode : "claim",
    device: get("device"),
    isNew: get("new") === "true" || get("group") !== "" || get("model") !== "",
    group: get("group"),
    model: get("model"),
    // As when the mode is picked by hand: a number only on purpose, and for ten minutes.
    pickup: mode !== "compatible",
    ttlSeconds: mode === "compatible" ? 600 : EMPTY.ttlSeconds,
  };
}
