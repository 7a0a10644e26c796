// Keys: "/" to the search field, "?" help, "g" then a letter to a page.

import { useEffect, useRef } from "react";

const SEQUENCE_MS = 1_200;

export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select") !== null);

export interface Keys {
  goTo: Record<string, () => void>; // after g
  single: Record<string, () => void>;
}

export interface Pressed {
  key: string;
  at: number;
}

// What a key means, after the one before it. Pure, for its tests.
export function meaning(keys: Keys, before: Pressed | null, now: Pressed): (() => void) | null {
  if (before?.key === "g" && now.at - before.at <= SEQUENCE_MS) return keys.goTo[now.key] ?? null;
  return keys.single[now.key] ?? null;
}

export function useShortcuts(keys: Keys): void {
  const latest = useRef(keys);
  const before = useRef<Pressed | null>(null);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      if (isTyping(event.target) || document.querySelector("[aria-modal=true]") !== null) return;
      const now = { key: event.key, at: event.timeStamp };
      const act = meaning(latest.current, before.current, now);
      before.current = now;
      if (act === null) return;
      before.current = null;
      event.preventDefault();
      act();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
}

// The search field of the page, if it has one.
export function focusSearch(): void {
  const field = document.querySelector<HTMLInputElement>("input[data-search]");
  field?.focus();
  field?.select();
}
