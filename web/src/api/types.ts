// What the API answers, as far as several pages need it (docs/openapi.json has all of it). Types
// that one page alone uses live beside that page.

export type Role = "viewer" | "operator" | "admin";

export interface Operator {
  name: string;
  displayName: string;
  role: Role;
  scope: string | null;
}

export interface SessionState {
  signedIn: boolean;
  firstRun: boolean;
  operator?: Operator;
  expiresAt?: string;
}

export interface ServerStatus {
  version: string;
  store: string;
  now: string;
  startedAt: string;
  scopeCount: number;
  hubCount: number;
  warnings: string[];
}

export interface Scope {
  id: string;
  displayName: string;
  serviceHost: string | null;
  allocationPolicy: "hashed" | "static";
  enabled: boolean;
  autoApprove?: boolean;
  holdUnknownModels?: boolean;
  compatibleCodes?: boolean;
  createdAt: string;
  updatedAt: string;
  version: number;
}

export interface Hub {
  name: string;
  host: string;
  displayName: string;
  version: number;
}

export interface EnrollmentRef {
  kind: "individual" | "group";
  id: string;
}

export type AttestationType =
  "symmetric_key" | "product_secret" | "member_passwords" | "x509" | "tpm" | string;

export interface Enrollment {
  scope: string;
  kind: "individual" | "group";
  id: string;
  displayName: string;
  enabled: boolean;
  attestation: { type: AttestationType; [member: string]: unknown };
  deviceId: string | null;
  createdAt: string;
  updatedAt: string;
  version: number;
}

// A line of the one list that joins enrollment, registration, hub and connection.
export interface FleetItem {
  scope: string;
  id: string;
  deviceId: string | null;
  displayName: string;
  enrollment: EnrollmentRef | null;
  status: string;
  reason: string | null;
  hub: string | null;
  template: string | null;
  model: string | null;
  connected: boolean | null;
  connectionChangedAt: string | null;
  enabled: boolean;
  registeredAt: string | null;
  updatedAt: string;
}

export interface Overview {
  from: string;
  to: string;
  bucketSeconds: number;
  attempts: { at: string; assigned: number; refused: number; failed: number }[];
  reasons: { reason: string; count: number }[];
  devices: { total: number; connected: number; waiting: number };
  serviceHost?: string | null;
}

export interface Template {
  id: string;
  displayName: string;
  model: unknown;
  initialTwin?: { tags?: unknown; properties?: { desired?: unknown } };
  deviceCount?: number;
  createdAt: string;
  updatedAt: string;
  version: number;
}

export interface Credential {
  id: string;
  mode: "claim" | "envelope" | "compatible";
  scope: string;
  deviceId?: string;
  registrationId?: string;
  state: string;
  uses: number;
  usesMax: number;
  createdBy: string;
  createdAt: string;
  expiresAt: string | null;
  usedAt: string | null;
}

export interface AttemptEvent {
  id: string;
  at: string;
  scope: string;
  registrationId: string;
  outcome: "assigned" | "refused" | "failed";
  reason: string | null;
  operation: string;
  deviceId: string | null;
  hub: string | null;
}

export interface TelemetryEvent {
  partition: number;
  sequence: number;
  hub: string;
  deviceId: string;
  kind: "telemetry" | "feedback";
  enqueuedAt: string;
  systemProperties: Record<string, string>;
  properties: Record<string, string | null>;
  body: unknown;
  bodyEncoding: "json" | "text" | "base64";
}

export interface ConnectionEvent {
  hub: string;
  device: string;
  connected: boolean;
  at: string;
}
