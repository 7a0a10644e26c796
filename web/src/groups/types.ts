// Enrollment groups and their rosters, as products and production templates need them.

import type { Enrollment } from "../api/types";

export interface Guesses {
  wrong: number;
  lockedUntil: string | null;
}

export type MemberState = "expected" | "registered" | "activated" | "reset" | "disabled";

export interface Member {
  name: string;
  deviceId: string | null;
  state: MemberState;
  enabled: boolean;
  requested: boolean;
  ownPasswords: { enroll: boolean; control: boolean } | null;
  guesses: { enroll: Guesses; control: Guesses } | null;
  createdAt: string;
  updatedAt: string;
  etag: number;
  registration: { id: string; hub: string | null } | null;
}

export interface NewMember {
  name: string;
  enrollPassword?: string;
  controlPassword?: string;
}

export interface AddedRow {
  name: string;
  result: "added" | "present" | "updated" | "invalid" | "full";
  what: string | null;
}

export interface Enrolled {
  deviceId: string;
  password: string;
  hub: string;
}

// Only what its kind of group has is there.
export interface GroupKeys {
  primaryKey?: string;
  secondaryKey?: string;
  productSecret?: string;
  previousSecret?: string | null;
  previousUntil?: string | null;
  derivationSecret?: string | null;
}

export type Admits = "nobody" | "listed" | "anybody";
export type Reissue = "refused" | "same" | "new";

export interface ProductAttestation {
  type: "product_secret";
  issues: "secret" | "certificate";
  admits: Admits;
  createdMax: number;
  reissue: Reissue;
  clockWindowSeconds: number;
  replayWindowSeconds: number;
  previousUntil: string | null;
  retiredSecrets?: { retiredAt: string }[];
}

export interface PasswordAttestation {
  type: "member_passwords";
  derived: boolean;
  order: "secret_first" | "name_first";
  reissue: Reissue;
  guessesMax: number;
  lockSeconds: number;
  devicePrefix?: string;
}

export interface Group<A> extends Omit<Enrollment, "attestation"> {
  attestation: A;
  hubs?: string[];
  warnings?: string[];
}

export type Product = Group<ProductAttestation>;
export type Production = Group<PasswordAttestation>;

// A locked member says so before anything else.
export const stateOf = (member: Member, now: number): string => {
  const until = [member.guesses?.enroll.lockedUntil, member.guesses?.control.lockedUntil];
  const locked = until.some((at) => at != null && Date.parse(at) > now);
  return locked ? "locked" : member.state;
};
