// Words of the API as people read them.

const ATTESTATION: Record<string, string> = {
  symmetric_key: "Symmetric key",
  product_secret: "Product secret",
  member_passwords: "Passwords",
  password: "Password",
  x509: "X.509 certificate",
  x509_thumbprint: "X.509 certificate, by its fingerprint",
  x509_ca: "X.509 certificate, by a verified CA",
  tpm: "TPM",
};

export const attestationWords = (word: string | null): string =>
  word === null || word === "" ? "not known" : (ATTESTATION[word] ?? word);

const SUBSTATUS: Record<string, string> = {
  initial_assignment: "First assignment",
  device_data_migrated: "Moved, its twin came along",
  device_data_reset: "Moved, its twin was reset",
  reprovisioned_to_initial_assignment: "Registered again, same hub",
};

export const substatusWords = (word: string): string =>
  SUBSTATUS[word] ?? word.replaceAll("_", " ");

const OPERATION: Record<string, string> = {
  register: "Register",
  authenticate: "Connect",
  poll: "Poll",
  lookup: "Look up",
};

export const operationWords = (word: string): string => OPERATION[word] ?? word;

// An attempt to connect that was let in assigns nothing.
export const outcomeWord = (operation: string, outcome: string): string =>
  outcome === "assigned" && operation !== "register" ? "Let in" : outcome;

const STEP: Record<string, string> = {
  identify: "Who is it?",
  attest: "Can it prove that?",
  authorize: "May it come in?",
  allocate: "Which hub?",
  issue: "What is it given?",
  record: "Written down",
};

export const stepWords = (word: string): string => STEP[word] ?? word;

export function duration(nanoseconds: number): string {
  if (nanoseconds < 1e3) return `${nanoseconds} ns`;
  if (nanoseconds < 1e6) return `${(nanoseconds / 1e3).toFixed(0)} µs`;
  if (nanoseconds < 1e9) return `${(nanoseconds / 1e6).toFixed(1)} ms`;
  return `${(nanoseconds / 1e9).toFixed(1)} s`;
}

export interface Mend {
  text: string; // prose, may be empty
  command: string; // berth …, may be empty
}

// "compare its clock: berth doctor" → the sentence and the command to copy.
export function mendParts(mend: string): Mend {
  const at = mend.search(/\bberth [a-z]/);
  if (at < 0) return { text: mend, command: "" };
  if (mend[at - 1] === "`") {
    const end = mend.indexOf("`", at);
    return { text: mend, command: mend.slice(at, end < 0 ? undefined : end) };
  }
  return { text: mend.slice(0, at).trimEnd(), command: mend.slice(at).trim() };
}
