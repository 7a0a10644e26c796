// Filters and sort order live in the address, so that a list can be linked to, reloaded and gone
// back to.

import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";

// Name of the parameter → its default.
export type FilterDefaults = Record<string, string>;

export function readFilters<F extends FilterDefaults>(search: URLSearchParams, defaults: F): F {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(defaults)) values[name] = search.get(name) ?? value;
  return values as F;
}

// Defaults are left out of the address; parameters that are no filters stay as they are.
export function writeFilters<F extends FilterDefaults>(
  search: URLSearchParams,
  defaults: F,
  change: Partial<F>,
): URLSearchParams {
  const next = new URLSearchParams(search);
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined) continue;
    if (value === defaults[name]) next.delete(name);
    else next.set(name, value);
  }
  return next;
}

export interface Filters<F extends FilterDefaults> {
  values: F;
  set: (change: Partial<F>) => void;
  clear: () => void;
  active: number; // how many differ from their default
}

// `defaults` must be a constant outside the component.
export function useFilters<F extends FilterDefaults>(defaults: F): Filters<F> {
  const [search, setSearch] = useSearchParams();
  const values = useMemo(() => readFilters(search, defaults), [search, defaults]);
  const set = useCallback(
    (change: Partial<F>) =>
      setSearch((before) => writeFilters(before, defaults, change), { replace: true }),
    [setSearch, defaults],
  );
  const clear = useCallback(
    () => setSearch((before) => writeFilters(before, defaults, defaults), { replace: true }),
    [setSearch, defaults],
  );
  const active = Object.entries(defaults).filter(([name, value]) => values[name] !== value).length;
  return { values, set, clear, active };
}
