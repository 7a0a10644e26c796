// A page that was open while the server was updated asks for files that are gone: it is loaded
// again, but not over and over.

import { keep, kept } from "./kept";

const KEPT = "reloaded-at";
const AGAIN_AFTER_MS = 30_000;

export function mayReload(last: string | null, now: number): boolean {
  const before = Number(last ?? "0");
  return !(now - before < AGAIN_AFTER_MS);
}

export function reloadAfterUpdate(): void {
  window.addEventListener("vite:preloadError", (event) => {
    const now = Date.now();
    if (!mayReload(kept(KEPT), now)) return;
    keep(KEPT, String(now));
    event.preventDefault();
    window.location.reload();
  });
}
