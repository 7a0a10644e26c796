import { useEffect, useState } from "react";
import type { CodeInfo } from "./credential";

const TICK_MS = 1_000;

// Seconds left of a code that came just now. Counted from its arrival: the clock of this machine
// may differ from the server's.
export function useRemaining(code: Pick<CodeInfo, "createdAt" | "expiresAt">): number {
  const [arrived] = useState(() => Date.now());
  const [now, setNow] = useState(arrived);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  const lasts = Date.parse(code.expiresAt) - Date.parse(code.createdAt);
  return Math.max(0, Math.ceil((lasts - (now - arrived)) / 1000));
}

const two = (value: number): string => String(value).padStart(2, "0");

export function clockText(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}
