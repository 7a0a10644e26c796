// Lists that the server pages by key: the next page begins after the last row seen, so rows that
// come and go meanwhile are neither doubled nor skipped.

import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { api, type Page, type Query } from "./client";

export const PAGE_ROWS = 50;

export interface Pages<T> {
  rows: T[];
  isLoading: boolean; // nothing to show yet
  isFetching: boolean;
  error: unknown;
  hasMore: boolean;
  isLoadingMore: boolean;
  loadMore: () => void;
  reload: () => void;
}

export interface PagesOptions {
  enabled?: boolean;
  limit?: number;
  refetchInterval?: number;
}

// Query key: [where, query]; invalidate with queryClient.invalidateQueries({queryKey: [where]}).
export function usePages<T>(where: string, query: Query, options: PagesOptions = {}): Pages<T> {
  const limit = options.limit ?? PAGE_ROWS;
  const list = useInfiniteQuery({
    queryKey: [where, query, limit],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<T>>(where, { ...query, limit, cursor: pageParam }, signal),
    initialPageParam: "",
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    enabled: options.enabled ?? true,
    refetchInterval: options.refetchInterval,
    placeholderData: keepPreviousData,
  });
  return {
    rows: list.data?.pages.flatMap((page) => page.items) ?? [],
    isLoading: list.isLoading,
    isFetching: list.isFetching,
    error: list.error,
    hasMore: list.hasNextPage,
    isLoadingMore: list.isFetchingNextPage,
    loadMore: () => void list.fetchNextPage(),
    reload: () => void list.refetch(),
  };
}
