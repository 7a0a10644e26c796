// Events as they happen (server-sent events of GET /api/v1/live).

import { useEffect, useRef, useState } from "react";
import { API, withQuery } from "./client";
import type { AttemptEvent, ConnectionEvent, TelemetryEvent } from "./types";

export interface LiveHandlers {
  attempt?: (event: AttemptEvent) => void;
  telemetry?: (event: TelemetryEvent) => void;
  connection?: (event: ConnectionEvent) => void;
  bye?: () => void; // the session ended
}

export interface LiveFilter {
  scope?: string;
  device?: string;
  hub?: string;
}

export type LiveState = "connecting" | "live" | "lost" | "ended";

const RETRY_FIRST_MS = 1_000;
const RETRY_MAX_MS = 30_000;

export const retryDelay = (failures: number): number =>
  Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.max(0, failures - 1));

interface Channel {
  close: () => void;
}

// Keeps one stream open, opening it again when it breaks off. Without React, for its tests.
export function openLive(
  filter: LiveFilter,
  handlers: () => LiveHandlers,
  tell: (state: LiveState) => void,
): Channel {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;

  const stop = () => {
    clearTimeout(timer);
    source?.close();
    source = undefined;
  };

  const receive = <T>(name: "attempt" | "telemetry" | "connection", message: MessageEvent) => {
    let value: T;
    try {
      value = JSON.parse(String(message.data)) as T;
    } catch {
      return; // cut off in the middle
    }
    (handlers()[name] as ((event: T) => void) | undefined)?.(value);
  };

  const open = () => {
    tell("connecting");
    const stream = new EventSource(withQuery(`${API}/live`, { ...filter }));
    source = stream;
    stream.onopen = () => {
      failures = 0;
      tell("live");
    };
    stream.onerror = () => {
      // The browser's own retry knows no limit and gives up on some answers: ours does neither.
      stream.close();
      failures += 1;
      tell("lost");
      timer = setTimeout(open, retryDelay(failures));
    };
    stream.addEventListener("attempt", (e) => receive<AttemptEvent>("attempt", e));
    stream.addEventListener("telemetry", (e) => receive<TelemetryEvent>("telemetry", e));
    stream.addEventListener("connection", (e) => receive<ConnectionEvent>("connection", e));
    stream.addEventListener("bye", () => {
      stop();
      tell("ended");
      handlers().bye?.();
    });
  };

  open();
  return { close: stop };
}

// Handlers may be new functions at each rendering; the stream stays.
export function useLive(
  filter: LiveFilter,
  handlers: LiveHandlers,
  options: { enabled?: boolean } = {},
): LiveState {
  const [state, setState] = useState<LiveState>("connecting");
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  const { scope, device, hub } = filter;
  const enabled = options.enabled ?? true;
  useEffect(() => {
    if (!enabled) return undefined;
    const channel = openLive({ scope, device, hub }, () => latest.current, setState);
    return channel.close;
  }, [scope, device, hub, enabled]);
  return state;
}
