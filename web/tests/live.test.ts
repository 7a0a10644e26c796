import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openLive, retryDelay, type LiveHandlers, type LiveState } from "../src/api/live";

class FakeSource {
  static opened: FakeSource[] = [];
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  closed = false;
  private readonly listeners = new Map<string, (event: { data: string }) => void>();

  constructor(readonly url: string) {
    FakeSource.opened.push(this);
  }
  addEventListener(name: string, listener: (event: { data: string }) => void): void {
    this.listeners.set(name, listener);
  }
  close(): void {
    this.closed = true;
  }
  send(name: string, data: string): void {
    this.listeners.get(name)?.({ data });
  }
}

const last = (): FakeSource => {
  const source = FakeSource.opened.at(-1);
  if (source === undefined) throw new Error("no stream was opened");
  return source;
};

describe("the live stream", () => {
  beforeEach(() => {
    FakeSource.opened = [];
    vi.useFakeTimers();
    vi.stubGlobal("EventSource", FakeSource);
  });
  afterEach(() => vi.useRealTimers());

  const open = (handlers: LiveHandlers) => {
    const states: LiveState[] = [];
    const channel = openLive(
      { scope: "0ne1", device: undefined },
      () => handlers,
      (state) => states.push(state),
    );
    return { states, channel };
  };

  it("asks for what is filtered and hands events on", () => {
    const attempt = vi.fn();
    const { states } = open({ attempt });
    expect(last().url).toBe("/api/v1/live?scope=0ne1");
    last().onopen?.();
    last().send("attempt", '{"id":"a"}');
    last().send("attempt", '{"id":');
    last().send("telemetry", "{}");
    expect(attempt).toHaveBeenCalledExactlyOnceWith({ id: "a" });
    expect(states).toEqual(["connecting", "live"]);
  });

  it("opens again after it broke off, waiting longer each time", () => {
    const { states, channel } = open({});
    last().onerror?.();
    expect(last().closed).toBe(true);
    vi.advanceTimersByTime(999);
    expect(FakeSource.opened).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(FakeSource.opened).toHaveLength(2);
    last().onerror?.();
    vi.advanceTimersByTime(2_000);
    expect(FakeSource.opened).toHaveLength(3);
    last().onopen?.();
    expect(states.at(-1)).toBe("live");
    last().onerror?.();
    vi.advanceTimersByTime(1_000);
    expect(FakeSource.opened).toHaveLength(4);
    channel.close();
    expect(last().closed).toBe(true);
  });

  it("does not open again when it was closed meanwhile", () => {
    const { channel } = open({});
    last().onerror?.();
    channel.close();
    vi.advanceTimersByTime(60_000);
    expect(FakeSource.opened).toHaveLength(1);
  });

  it("ends when the session does", () => {
    const bye = vi.fn();
    const { states } = open({ bye });
    last().send("bye", "{}");
    vi.advanceTimersByTime(60_000);
    expect(bye).toHaveBeenCalledTimes(1);
    expect(states.at(-1)).toBe("ended");
    expect(last().closed).toBe(true);
    expect(FakeSource.opened).toHaveLength(1);
  });

  it("never waits longer than half a minute", () => {
    expect([1, 2, 3, 4, 5, 6, 99].map(retryDelay)).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000,
    ]);
  });
});
