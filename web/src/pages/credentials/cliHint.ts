// The command that makes the same code. Keys and passphrases come from files: a command line is
// seen by everybody on the machine and kept in its history.

import type { CliFlag } from "../../parts/cli";
import type { CodeForm } from "./form";

const UNITS: [number, string][] = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "m"],
];

export function lifetime(seconds: number): string {
  const unit = UNITS.find(([size]) => seconds >= size && seconds % size === 0);
  return unit === undefined ? String(seconds) : `${seconds / unit[0]}${unit[1]}`;
}

function keyFlags(form: CodeForm): Record<string, CliFlag> {
  if (form.mode === "claim" || form.source === "server") return { group: form.group || null };
  return { "device-key-file": "device.key" }; // of a group's key: berth key derive, first
}

export function cliFlags(form: CodeForm, scope: string): Record<string, CliFlag> {
  const encrypts = form.mode !== "claim" && form.passphrase !== "" && !form.unencrypted;
  const compatible = form.mode === "compatible";
  return {
    device: form.device.trim() || "DEVICE",
    scope,
    mode: form.mode,
    ...keyFlags(form),
    model: form.isNew ? form.model.trim() || null : null,
    "passphrase-file": encrypts ? "passphrase.txt" : null,
    unencrypted: compatible && form.unencrypted,
    pickup: form.pickup,
    ttl: lifetime(form.ttlSeconds),
    qr: true,
  };
}
