// Whose keys the Connect panel shows, or why there are none to show.

import type { KeySource } from "./snippets";
import type { DeviceFacts } from "./useDevice";

type Facts = Pick<DeviceFacts, "device" | "enrollment" | "scope">;

export function keySourceOf({ device, enrollment, scope }: Facts): KeySource {
  if (device?.attestation === "symmetric_key") {
    return { from: "device", hub: device.hub, id: device.id };
  }
  const type = enrollment?.attestation.type;
  if (enrollment !== null && enrollment.kind === "individual" && type === "symmetric_key") {
    return { from: "enrollment", scope, id: enrollment.id };
  }
  if (device?.attestation === "password" || type === "member_passwords") {
    return { from: "none", why: "password" };
  }
  if (type === "tpm") return { from: "none", why: "tpm" };
  if (type === "x509" || device?.attestation?.startsWith("x509")) {
    return { from: "none", why: "certificate" };
  }
  if (enrollment !== null && enrollment.kind === "group") return { from: "none", why: "group" };
  return { from: "none", why: "unknown" };
}
