import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { TelemetryEvent } from "../src/api/types";
import { commandsOf } from "../src/pages/device/commands";
import {
  bodyLine,
  KEPT_MAX,
  makeLog,
  numberText,
  SERIES_MAX,
  seriesOf,
  sparkPath,
} from "../src/pages/device/telemetry";

const event = (sequence: number, body: unknown, component = ""): TelemetryEvent => ({
  partition: 0,
  sequence,
  hub: "hub-1",
  deviceId: "pump-1",
  kind: "telemetry",
  enqueuedAt: "2026-01-01T10:00:00Z",
  systemProperties: component === "" ? {} : { component },
  properties: {},
  body,
  bodyEncoding: "json",
});

describe("the log of messages", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("keeps the latest 500 and tells once of many", () => {
    const log = makeLog();
    const told = vi.fn();
    log.subscribe(told);
    for (let at = 0; at < KEPT_MAX + 40; at += 1) log.add(event(at, {}));
    expect(told).not.toHaveBeenCalled();
    vi.runAllTimers();
    expect(told).toHaveBeenCalledTimes(1);
    expect(log.view().events).toHaveLength(KEPT_MAX);
    expect(log.view().events.at(-1)?.sequence).toBe(KEPT_MAX + 39);
    expect(log.view().total).toBe(KEPT_MAX + 40);
  });

  it("shows nothing new while paused, counts it, and goes on", () => {
    const log = makeLog();
    log.add(event(1, {}));
    vi.runAllTimers();
    log.pause(true);
    log.add(event(2, {}));
    vi.runAllTimers();
    expect(log.view()).toMatchObject({ paused: true, missed: 1 });
    expect(log.view().events).toHaveLength(1);
    log.pause(false);
    expect(log.view()).toMatchObject({ paused: false, missed: 0 });
    expect(log.view().events).toHaveLength(2);
  });

  it("is empty after it was cleared, also while paused", () => {
    const log = makeLog();
    log.add(event(1, {}));
    log.pause(true);
    log.clear();
    expect(log.view().events).toEqual([]);
    log.pause(false);
    expect(log.view().events).toEqual([]);
  });
});

describe("series", () => {
  it("follow each number by its path, also in components", () => {
    const series = seriesOf([
      event(1, { t: 20, p: { in: 1 }, word: "x" }),
      event(2, { t: 22 }),
      event(3, { t: 5 }, "valve"),
      event(4, 7),
    ]);
    expect(series.map(({ name, last, min, max }) => [name, last, min, max])).toEqual([
      ["t", 22, 20, 22],
      ["p.in", 1, 1, 1],
      ["valve: t", 5, 5, 5],
      ["value", 7, 7, 7],
    ]);
  });

  it("are bounded, however many names a device makes up", () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`n${at}`, at]));
    expect(seriesOf([event(1, many), event(2, { other: 1 })])).toHaveLength(SERIES_MAX);
  });

  it("have nothing of messages that are no JSON", () => {
    expect(seriesOf([{ ...event(1, "21"), bodyEncoding: "text" }])).toEqual([]);
  });
});

describe("a line through points", () => {
  it("goes from the lowest at the bottom to the highest at the top", () => {
    expect(sparkPath([0, 10], 100, 20)).toBe("M0.0 20.0L100.0 0.0");
  });

  it("is flat for equal, single and huge values", () => {
    expect(sparkPath([3, 3], 100, 20)).toBe("M0.0 10.0L100.0 10.0");
    expect(sparkPath([3], 100, 20)).toBe("M0.0 10.0");
    expect(sparkPath([-1e308, 1e308], 100, 20)).not.toContain("NaN");
  });
});

describe("what is written", () => {
  it("of numbers is short", () => {
    expect(numberText(21.456789123)).toBe("21.4568");
    expect(numberText(0)).toBe("0");
    expect(numberText(1e12)).toBe("1.000e+12");
  });

  it("of a message is one line of bounded length", () => {
    expect(bodyLine(event(1, { a: 1 }))).toBe('{"a":1}');
    expect(bodyLine(event(1, "x".repeat(9_999))).length).toBeLessThan(310);
  });
});

describe("commands of a model", () => {
  it("are those of the device and of its components", () => {
    const model = [
      {
        "@id": "dtmi:a;1",
        contents: [
          { "@type": "Command", name: "reboot" },
          { "@type": ["Component"], name: "valve", schema: "dtmi:b;1" },
          { "@type": "Telemetry", name: "t" },
        ],
      },
      { "@id": "dtmi:b;1", contents: [{ "@type": "Command", name: "open" }] },
    ];
    expect(commandsOf(model)).toEqual(["reboot", "valve*open"]);
  });

  it("of what is no model are none", () => {
    for (const wrong of [null, 7, "x", [], {}, { contents: 7 }]) {
      expect(commandsOf(wrong)).toEqual([]);
    }
  });
});
