// The last messages of a device and the numbers in them. Bounded, whatever a device sends.

import type { TelemetryEvent } from "../../api/types";
import { isObject, pathText } from "./json";

export const KEPT_MAX = 500;
export const SERIES_MAX = 24;
const POINTS_MAX = 120;
const DEPTH_MAX = 3;
const FLUSH_MS = 250;

export interface LogView {
  events: TelemetryEvent[]; // newest last
  paused: boolean;
  missed: number; // that came while paused and are not shown yet
  total: number; // since the page was opened
}

export interface TelemetryLog {
  add: (event: TelemetryEvent) => void;
  clear: () => void;
  pause: (paused: boolean) => void;
  subscribe: (listener: () => void) => () => void;
  view: () => LogView;
}

// Keeps the latest; tells of many at once: a fast device does not redraw the page each time.
export function makeLog(max = KEPT_MAX): TelemetryLog {
  let kept: TelemetryEvent[] = [];
  let shown: LogView = { events: [], paused: false, missed: 0, total: 0 };
  let missed = 0;
  let total = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const listeners = new Set<() => void>();

  const publish = (paused: boolean) => {
    timer = undefined;
    if (!paused) missed = 0;
    shown = { events: paused ? shown.events : kept, paused, missed, total };
    listeners.forEach((tell) => tell());
  };
  return {
    add: (event) => {
      kept = [...kept.slice(Math.max(0, kept.length + 1 - max)), event];
      total += 1;
      if (shown.paused) missed += 1;
      timer ??= setTimeout(() => publish(shown.paused), FLUSH_MS);
    },
    clear: () => {
      kept = [];
      missed = 0;
      shown = { ...shown, events: [] };
      publish(shown.paused);
    },
    pause: (paused) => publish(paused),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    view: () => shown,
  };
}

export interface Series {
  name: string;
  last: number;
  at: string;
  min: number;
  max: number;
  points: number[]; // oldest first
}

function numbersIn(value: unknown, path: string[], found: [string, number][]): void {
  if (found.length >= SERIES_MAX) return;
  if (typeof value === "number" && Number.isFinite(value)) found.push([pathText(path), value]);
  else if (isObject(value) && path.length < DEPTH_MAX) {
    for (const name of Object.keys(value)) numbersIn(value[name], [...path, name], found);
  }
}

function take(found: Map<string, Series>, name: string, value: number, at: string): void {
  const series = found.get(name);
  if (series === undefined) {
    if (found.size >= SERIES_MAX) return;
    found.set(name, { name, last: value, at, min: value, max: value, points: [value] });
    return;
  }
  series.last = value;
  series.at = at;
  series.min = Math.min(series.min, value);
  series.max = Math.max(series.max, value);
  series.points.push(value);
}

// Each number that messages name, in the order they were first seen.
export function seriesOf(events: TelemetryEvent[]): Series[] {
  const found = new Map<string, Series>();
  for (const event of events) {
    if (event.kind !== "telemetry" || event.bodyEncoding !== "json") continue;
    const numbers: [string, number][] = [];
    numbersIn(event.body, [], numbers);
    const component = event.systemProperties.component;
    for (const [path, value] of numbers) {
      const name = path || "value";
      take(found, component ? `${component}: ${name}` : name, value, event.enqueuedAt);
    }
  }
  const list = [...found.values()];
  for (const series of list) series.points = series.points.slice(-POINTS_MAX);
  return list;
}

// An SVG path through the points, in a box of this size.
export function sparkPath(points: number[], width: number, height: number): string {
  const low = points.reduce((least, point) => Math.min(least, point), Infinity);
  const high = points.reduce((most, point) => Math.max(most, point), -Infinity);
  const span = high - low;
  const step = points.length > 1 ? width / (points.length - 1) : 0;
  const place = (value: number): number =>
    Number.isFinite(span) && span > 0 ? height - ((value - low) / span) * height : height / 2;
  return points
    .map((point, at) => {
      const x = (at * step).toFixed(1);
      return `${at === 0 ? "M" : "L"}${x} ${place(point).toFixed(1)}`;
    })
    .join("");
}

export const numberText = (value: number, digits = 6): string =>
  value !== 0 && (Math.abs(value) >= 1e9 || Math.abs(value) < 1e-4)
    ? value.toExponential(3)
    : String(Number(value.toPrecision(digits)));

// A message in one line.
export function bodyLine(event: TelemetryEvent): string {
  const text = typeof event.body === "string" ? event.body : (JSON.stringify(event.body) ?? "");
  const line = text.slice(0, 300);
  return line.length < text.length ? `${line}…` : line;
}
