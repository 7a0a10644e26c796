// What went wrong, in the words of the API (RFC 9457): what, why and how to mend it.

export interface ProblemBody {
  title: string;
  status: number;
  code: string;
  detail: string;
  mend?: string;
  requestId?: string;
}

export class Problem extends Error {
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly mend: string;
  readonly requestId: string;

  constructor(body: ProblemBody) {
    super(body.detail);
    this.name = "Problem";
    this.title = body.title;
    this.status = body.status;
    this.code = body.code;
    this.mend = body.mend ?? "";
    this.requestId = body.requestId ?? "";
  }
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

// Of an answer that is no success; whatever its body is, something can be said.
export function problemOf(status: number, body: unknown): Problem {
  const given = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  return new Problem({
    title: text(given.title) || `the server answered ${status}`,
    status,
    code: text(given.code) || "internal",
    detail: text(given.detail) || `the server answered ${status} without saying why`,
    mend: text(given.mend) || undefined,
    requestId: text(given.requestId) || undefined,
  });
}

export function unreachable(): Problem {
  return new Problem({
    title: "the server cannot be reached",
    status: 0,
    code: "unreachable",
    detail: "the request got no answer",
    mend: "look whether the server runs and this machine is connected; then try again",
  });
}

export const isProblem = (error: unknown, ...codes: string[]): error is Problem =>
  error instanceof Problem && (codes.length === 0 || codes.includes(error.code));
