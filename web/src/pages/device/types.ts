// What the API answers about one device (docs/openapi.json has all of it).

import type { AttestationType, EnrollmentRef } from "../../api/types";

export interface Registration {
  scope: string;
  id: string;
  enrollment: EnrollmentRef;
  status: string;
  substatus: string | null;
  reason: string | null;
  hub: string | null;
  hubHost: string | null;
  deviceId: string | null;
  operationId: string | null;
  payload: unknown;
  member: string | null;
  activatedAt: string | null;
  reset: boolean;
  attestation: string | null;
  measured: string[];
  issuedCertificate: { sha256: string } | null;
  model?: string | null;
  template?: string | null;
  approval?: "none" | "waiting" | "approved" | "blocked";
  createdAt: string;
  updatedAt: string;
  version: number;
}

export interface CertificateInfo {
  sha256: string;
  subject?: string;
  issuer?: string;
  serial?: string;
  commonName?: string | null;
  notBefore: string;
  notAfter: string;
  byKey: boolean;
}

export interface TrustSlot {
  certificate: CertificateInfo | null;
  ca: string | null;
}

export interface DeviceEnrollment {
  scope: string;
  kind: "individual" | "group";
  id: string;
  displayName: string;
  enabled: boolean;
  attestation: {
    type: AttestationType;
    primary?: TrustSlot | null;
    secondary?: TrustSlot | null;
    endorsementKey?: string;
  };
  deviceId: string | null;
  hubs: string[];
  allocationPolicy: string | null;
  warnings: string[];
  createdAt: string;
  updatedAt: string;
  version: number;
}

export interface Connection {
  connected: boolean;
  changedAt: string;
  dialect: string | null;
  transport: string | null;
  source: string | null;
}

export interface Device {
  hub: string;
  id: string;
  scope: string;
  registration: string | null;
  displayName: string;
  enabled: boolean;
  iotEdge: boolean;
  attestation: string | null;
  certificate: CertificateInfo | null;
  secondaryCertificate: CertificateInfo | null;
  caSigned: boolean;
  group: string | null;
  awaitsActivation: boolean;
  role: string;
  serial: string | null;
  model?: string | null;
  template?: string | null;
  createdAt: string;
  updatedAt: string;
  version: number;
  connection: Connection | null;
}

export type Json = Record<string, unknown>;

export interface Twin {
  tags: Json;
  desired: Json;
  desiredVersion: number;
  reported: Json;
  reportedVersion: number;
  updatedAt: string;
  etag: number;
}

export interface Keys {
  primaryKey: string;
  secondaryKey: string;
}

export interface TrailStep {
  step: string;
  passed: boolean;
  detail: string;
  expected: string | null;
  received: string | null;
  tookNanoseconds: number;
}

export interface Finding {
  cause: string;
  proven: boolean;
  text: string;
  mend: string;
}

export interface Trail {
  id: string;
  startedAt: string;
  tookNanoseconds: number;
  operation: string;
  scope: string;
  registrationId: string;
  dialect: string;
  transport: string;
  source: string;
  host: string;
  client: string;
  outcome: "assigned" | "refused" | "failed";
  reason: string | null;
  enrollment: string | null;
  hub: string | null;
  deviceId: string | null;
  steps: TrailStep[];
  findings: Finding[];
  count: number;
}
