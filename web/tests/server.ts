// A server of canned answers in place of fetch, which remembers what it was asked.

import { vi } from "vitest";

export interface Asked {
  method: string;
  url: string;
  headers: Headers;
  body: unknown;
}

export type Canned = { status: number; body?: unknown } | "down";

export function serve(answers: Record<string, Canned | ((asked: Asked) => Canned)>): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    const request: Asked = {
      method: init.method ?? "GET",
      url,
      headers: new Headers(init.headers),
      body: typeof init.body === "string" ? JSON.parse(init.body) : undefined,
    };
    asked.push(request);
    const given = answers[`${request.method} ${url}`] ?? { status: 404 };
    const answer = typeof given === "function" ? given(request) : given;
    if (answer === "down") return Promise.reject(new TypeError("Failed to fetch"));
    const text = answer.body === undefined ? null : JSON.stringify(answer.body);
    return Promise.resolve(new Response(text, { status: answer.status }));
  });
  return asked;
}
