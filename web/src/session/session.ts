// The session: who is signed in, as the server says. Nothing of it is kept in the browser but the
// cookie, which scripts cannot read.

import { useMutation, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import { api } from "../api/client";
import type { Operator, Role, SessionState } from "../api/types";
import { permission, serverPermission, type Permission } from "./roles";

export const SESSION_KEY = ["session"] as const;

export const PASSWORD_MIN = 12;
export const PASSWORD_MAX = 256;

export type Stage = "first-run" | "sign-in" | "signed-in";

export function stageOf(state: SessionState): Stage {
  if (state.signedIn && state.operator !== undefined) return "signed-in";
  return state.firstRun ? "first-run" : "sign-in";
}

export const useSessionQuery = () =>
  useQuery({
    queryKey: SESSION_KEY,
    queryFn: ({ signal }) => api.get<SessionState>("/session", undefined, signal),
    staleTime: 60_000,
  });

// Sets what the session is now, and drops what somebody else saw: it is not for the next one.
function enter(client: QueryClient, state: SessionState): void {
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== SESSION_KEY[0] });
  client.setQueryData(SESSION_KEY, state);
}

export interface Credentials {
  operator: string;
  password: string;
}

export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (given: Credentials) => api.post<SessionState>("/session", given),
    onSuccess: (state) => enter(client, state),
  });
}

export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api.delete("/session"),
    onSuccess: () => enter(client, { signedIn: false, firstRun: false }),
    onError: () => client.invalidateQueries({ queryKey: SESSION_KEY }),
  });
}

export interface FirstOperator extends Credentials {
  token: string;
  displayName: string;
}

// With the content of admin.token: the first operator, who then signs in.
export function useFirstRun() {
  const signIn = useSignIn();
  return useMutation({
    mutationFn: async ({ token, operator, password, displayName }: FirstOperator) => {
      const body = {
        name: operator,
        password,
        role: "admin" satisfies Role,
        ...(displayName === "" ? {} : { displayName }),
      };
      await api.post("/operators", body, { token: token.trim() });
      return signIn.mutateAsync({ operator, password });
    },
  });
}

const OperatorContext = createContext<Operator | undefined>(undefined);
export const OperatorProvider = OperatorContext.Provider;

export function useOperator(): Operator {
  const operator = useContext(OperatorContext);
  if (operator === undefined) throw new Error("this page is shown to nobody who is not signed in");
  return operator;
}

// What the operator may do, with the reason when not: `const mayWrite = usePermission("operator")`.
export const usePermission = (needs: Role): Permission =>
  permission(useContext(OperatorContext), needs);

// The same for things of the whole server: hubs, scopes.
export const useServerPermission = (needs: Role): Permission =>
  serverPermission(useContext(OperatorContext), needs);
