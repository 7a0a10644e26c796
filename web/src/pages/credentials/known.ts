// What the server knows that the form can offer: devices, groups, templates.

import { useQuery } from "@tanstack/react-query";
import { api, path, type Page } from "../../api/client";
import type { FleetItem, Template } from "../../api/types";

const OFFERED_MAX = 8;
const TEMPLATES_MAX = 200;

export interface KnownDevices {
  offered: FleetItem[];
  exact: FleetItem | undefined;
  isLoading: boolean;
}

// Devices like what was typed, and the one that it names. Ids are compared without case.
export function useKnownDevices(scope: string, typed: string, enabled: boolean): KnownDevices {
  const query = typed.trim();
  const list = useQuery({
    queryKey: ["/fleet", scope, "offered", query],
    queryFn: ({ signal }) =>
      api.get<Page<FleetItem>>("/fleet", { scope, query, limit: OFFERED_MAX }, signal),
    enabled,
    staleTime: 15_000,
    placeholderData: (before) => before,
  });
  const offered = list.data?.items ?? [];
  const exact = offered.find((item) => item.id.toLowerCase() === query.toLowerCase());
  return {
    offered,
    exact: query === "" ? undefined : exact,
    isLoading: list.isFetching || list.isPlaceholderData,
  };
}

export function useTemplates(scope: string) {
  const where = path`/scopes/${scope}/templates`;
  const list = useQuery({
    queryKey: [where, "offered"],
    queryFn: ({ signal }) => api.get<Page<Template>>(where, { limit: TEMPLATES_MAX }, signal),
    staleTime: 30_000,
  });
  return list.data?.items ?? [];
}
