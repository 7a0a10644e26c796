// The one place that speaks to the server. Only /api/v1, only this host; the session is a cookie
// that scripts cannot read.

import { problemOf, unreachable } from "./problem";

export const API = "/api/v1";

export type QueryValue = string | number | boolean | null | undefined;
export type Query = Record<string, QueryValue>;

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export interface RequestOptions {
  query?: Query;
  body?: unknown;
  // The `version` of the record that was seen: the change is refused if it is another one by now.
  version?: number;
  // Instead of the session: of the first run alone, which has none yet.
  token?: string;
  signal?: AbortSignal;
}

type Listener = () => void;
const unauthenticated = new Set<Listener>();

// Called whenever the server no longer knows the session. Returns how to stop.
export function onSignedOut(listener: Listener): () => void {
  unauthenticated.add(listener);
  return () => unauthenticated.delete(listener);
}

// path`/hubs/${hub}/devices/${device}`: ids are percent-encoded, the rest stays.
export function path(parts: TemplateStringsArray, ...ids: string[]): string {
  return parts.reduce(
    (whole, part, at) => whole + part + (at < ids.length ? encodeURIComponent(ids[at] ?? "") : ""),
    "",
  );
}

export function withQuery(where: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return text === "" ? where : `${where}?${text}`;
}

function headersOf(method: string, options: RequestOptions): Headers {
  const headers = new Headers({ Accept: "application/json" });
  // A page of another site cannot send this header, so the server knows the request is ours.
  if (method !== "GET") headers.set("X-Berth-Console", "1");
  if (options.body !== undefined) headers.set("Content-Type", "application/json");
  if (options.version !== undefined) headers.set("If-Match", `"${options.version}"`);
  if (options.token !== undefined) headers.set("Authorization", `Bearer ${options.token}`);
  return headers;
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === "") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

async function send<T>(method: string, where: string, options: RequestOptions): Promise<T> {
  let response: Response;
  try {
    response = await fetch(API + withQuery(where, options.query), {
      method,
      headers: headersOf(method, options),
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      credentials: "same-origin",
      redirect: "error",
      cache: "no-store",
      signal: options.signal,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw unreachable();
  }
  const body = await bodyOf(response);
  if (response.ok) return body as T;
  const problem = problemOf(response.status, body);
  if (problem.status === 401 && options.token === undefined && where !== "/session") {
    unauthenticated.forEach((tell) => tell());
  }
  throw problem;
}

export const api = {
  get: <T>(where: string, query?: Query, signal?: AbortSignal) =>
    send<T>("GET", where, { query, signal }),
  post: <T>(where: string, body?: unknown, options: RequestOptions = {}) =>
    send<T>("POST", where, { ...options, body }),
  put: <T>(where: string, body: unknown, options: RequestOptions = {}) =>
    send<T>("PUT", where, { ...options, body }),
  patch: <T>(where: string, body: unknown, options: RequestOptions = {}) =>
    send<T>("PATCH", where, { ...options, body }),
  delete: (where: string, options: RequestOptions = {}) => send<unknown>("DELETE", where, options),
};
