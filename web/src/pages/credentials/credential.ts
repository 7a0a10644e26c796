// Credential codes as the API has them.

import type { EnrollmentRef } from "../../api/types";

export type CodeMode = "claim" | "envelope" | "compatible";

export interface CodeInfo {
  id: string;
  mode: CodeMode;
  scope: string;
  deviceId: string;
  modelId: string | null;
  enrollment: EnrollmentRef | null;
  encrypted: boolean;
  pickupKind: "none" | "letters" | "number";
  state: string; // active, used, revoked
  createdBy: string;
  createdAt: string;
  expiresAt: string;
  usedAt: string | null;
  usedFrom?: string | null;
}

// The only answer in which the code itself is.
export interface NewCode extends CodeInfo {
  code: string;
  qr: { png: string; svg: string };
  pickup: string | null;
  numeric: string | null;
  warnings: string[];
}

export interface CodeRequest {
  mode: CodeMode;
  scope: string;
  deviceId: string;
  enrollmentGroupId?: string;
  deviceKey?: string;
  modelId?: string;
  passphrase?: string;
  unencrypted?: boolean;
  includePassphrase?: boolean;
  ttlSeconds?: number;
  pickup?: boolean;
}

export const MODE_NAMES: Record<CodeMode, string> = {
  claim: "Claim",
  envelope: "Envelope",
  compatible: "Compatible",
};

// A picture of the server, shown as an image and never as markup of this page.
export const pictureOf = (svg: string): string =>
  `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;

// The server says what became of it; whether its time is over, the clock says.
export const stateOf = (code: Pick<CodeInfo, "state" | "expiresAt">, now: number): string =>
  code.state === "active" && Date.parse(code.expiresAt) <= now ? "expired" : code.state;
