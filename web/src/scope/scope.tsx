// The scope the pages speak of: ?scope= of the address, else the one chosen last, else the first.

import { useQuery } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useMemo, type ReactNode } from "react";
import { useSearchParams } from "react-router";
import { api, type Page } from "../api/client";
import type { Scope } from "../api/types";
import { keep, kept } from "../app/kept";
import { useOperator } from "../session/session";

const KEPT = "scope";

export interface ScopeChoice {
  scopes: Scope[];
  scope: Scope | undefined; // none while loading, or when there is none
  isLoading: boolean;
  error: unknown;
  reload: () => void;
  choose: (id: string) => void;
}

const ScopeContext = createContext<ScopeChoice | undefined>(undefined);

export function chosenScope(
  scopes: Scope[],
  asked: string | null,
  last: string | null,
): Scope | undefined {
  const find = (id: string | null) => scopes.find((each) => each.id === id);
  return find(asked) ?? find(last) ?? scopes[0];
}

export function ScopeProvider({ children }: { children: ReactNode }) {
  const operator = useOperator();
  const [search, setSearch] = useSearchParams();
  const list = useQuery({
    queryKey: ["/scopes", operator.name],
    queryFn: ({ signal }) => api.get<Page<Scope>>("/scopes", { limit: 200 }, signal),
    staleTime: 30_000,
  });
  const scopes = list.data?.items;
  const asked = search.get("scope");
  const { isLoading, error, refetch } = list;

  useEffect(() => {
    if (asked !== null && scopes?.some((each) => each.id === asked)) keep(KEPT, asked);
  }, [asked, scopes]);

  const value = useMemo<ScopeChoice>(
    () => ({
      scopes: scopes ?? [],
      scope: chosenScope(scopes ?? [], asked, kept(KEPT)),
      isLoading,
      error,
      reload: () => void refetch(),
      choose: (id) => {
        keep(KEPT, id);
        setSearch((before) => {
          const next = new URLSearchParams(before);
          next.set("scope", id);
          next.delete("cursor");
          return next;
        });
      },
    }),
    [scopes, asked, isLoading, error, refetch, setSearch],
  );
  return <ScopeContext value={value}>{children}</ScopeContext>;
}

export function useScopes(): ScopeChoice {
  const value = useContext(ScopeContext);
  if (value === undefined) throw new Error("useScopes belongs below ScopeProvider");
  return value;
}

// For pages below <NeedsScope>: there is one.
export function useScope(): Scope {
  const { scope } = useScopes();
  if (scope === undefined) throw new Error("useScope belongs below NeedsScope");
  return scope;
}
