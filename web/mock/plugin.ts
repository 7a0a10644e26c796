// A stand-in for the server while pages are written: `npm run dev` at /console/. It answers what
// the pages read, from made-up data, and is never part of a build.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Plugin } from "vite";
import { answer, attempt, type Reply } from "./data";
import { telemetryOf } from "./devices";

const LIVE_MS = 2_500;

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function reply(response: ServerResponse, { status, body }: Reply): void {
  response.statusCode = status;
  response.setHeader("Content-Type", "application/json");
  response.end(body === undefined ? "" : JSON.stringify(body));
}

const TELEMETRY_MS = 400;

function live(request: IncomingMessage, response: ServerResponse, device: string | null): void {
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  response.write(": here\n\n");
  const timer = setInterval(() => {
    response.write(`event: attempt\ndata: ${JSON.stringify(attempt(0))}\n\n`);
  }, LIVE_MS);
  const sends = setInterval(() => {
    if (device === null) return;
    response.write(`event: telemetry\ndata: ${JSON.stringify(telemetryOf(device))}\n\n`);
  }, TELEMETRY_MS);
  request.on("close", () => {
    clearInterval(timer);
    clearInterval(sends);
  });
}

export function mockServer(): Plugin {
  return {
    name: "berth-mock",
    configureServer(server) {
      server.middlewares.use("/api/v1", (request, response) => {
        const url = new URL(request.url ?? "/", "http://localhost");
        if (url.pathname === "/live") {
          return live(request, response, url.searchParams.get("device"));
        }
        void bodyOf(request).then((body) =>
          reply(response, answer(request.method ?? "GET", url, body)),
        );
      });
    },
  };
}
