// How long answers stay fresh and when a request is tried again.

import { QueryClient } from "@tanstack/react-query";
import { isProblem } from "../api/problem";

const TRIES_MAX = 2;

// What the server said no to, it will say no to again.
export const shouldRetry = (failures: number, error: unknown): boolean =>
  failures < TRIES_MAX && isProblem(error, "unreachable", "unavailable", "timeout");

export const makeQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: { retry: shouldRetry, staleTime: 5_000, refetchOnWindowFocus: true },
      mutations: { retry: false },
    },
  });
