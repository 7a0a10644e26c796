// What the pages ask of enrollment groups. Secrets that are read are never kept in the cache.

import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, path, type Page } from "../api/client";
import type { Pages } from "../api/paging";
import type { AttestationType, Enrollment } from "../api/types";
import type { AddedRow, Enrolled, GroupKeys, Member, NewMember } from "./types";

const READ_ROWS = 200;
const READ_PAGES_MAX = 25;

export const groupsPath = (scope: string) => path`/scopes/${scope}/enrollment-groups`;
export const groupPath = (scope: string, group: string) =>
  path`/scopes/${scope}/enrollment-groups/${group}`;
export const membersPath = (scope: string, group: string) => `${groupPath(scope, group)}/members`;
export const memberPath = (scope: string, group: string, member: string) =>
  `${membersPath(scope, group)}/${encodeURIComponent(member)}`;

// All of them: the server does not filter by kind, and there are few.
async function readGroups(scope: string, signal: AbortSignal): Promise<Enrollment[]> {
  const rows: Enrollment[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < READ_PAGES_MAX; ++page) {
    const query: { limit: number; cursor: string | null } = { limit: READ_ROWS, cursor };
    const next: Page<Enrollment> = await api.get(groupsPath(scope), query, signal);
    rows.push(...next.items);
    cursor = next.nextCursor;
    if (cursor === null) break;
  }
  return rows;
}

export function useGroups<G = Enrollment>(scope: string, ...types: AttestationType[]): Pages<G> {
  const list = useQuery({
    queryKey: [groupsPath(scope)],
    queryFn: ({ signal }) => readGroups(scope, signal),
  });
  const rows = (list.data ?? []).filter((group) => types.includes(group.attestation.type));
  return {
    rows: rows as G[],
    isLoading: list.isLoading,
    isFetching: list.isFetching,
    error: list.error,
    hasMore: false,
    isLoadingMore: false,
    loadMore: () => undefined,
    reload: () => void list.refetch(),
  };
}

export function useGroup<G>(scope: string, id: string) {
  const where = groupPath(scope, id);
  return useQuery({
    queryKey: [where],
    queryFn: ({ signal }) => api.get<G>(where, undefined, signal),
  });
}

// After a change: the group, the list of groups and the roster are read again.
function useRefresh(scope: string, group?: string) {
  const client = useQueryClient();
  return () => {
    void client.invalidateQueries({ queryKey: [groupsPath(scope)] });
    if (group === undefined) return;
    void client.invalidateQueries({ queryKey: [groupPath(scope, group)] });
    void client.invalidateQueries({ queryKey: [membersPath(scope, group)] });
  };
}

export function useCreateGroup<G extends { id: string }>(scope: string) {
  const refresh = useRefresh(scope);
  return useMutation({
    gcTime: 0,
    mutationFn: (body: unknown) => api.post<G>(groupsPath(scope), body),
    onSuccess: refresh,
  });
}

export function usePatchGroup(scope: string, group: string, version: number) {
  const refresh = useRefresh(scope, group);
  return useMutation({
    gcTime: 0,
    mutationFn: (body: unknown) => api.patch(groupPath(scope, group), body, { version }),
    onSuccess: () => notifications.show({ message: "Saved" }),
    onSettled: refresh,
  });
}

export function useDeleteGroup(scope: string, group: string, version: number) {
  const refresh = useRefresh(scope);
  return useMutation({
    mutationFn: () => api.delete(groupPath(scope, group), { version }),
    onSuccess: () => {
      notifications.show({ message: `${group} is deleted` });
      refresh();
    },
  });
}

// Leaves a record in the audit, so it is asked for, never fetched ahead.
export function useReveal(scope: string, group: string) {
  return useMutation({
    gcTime: 0,
    mutationFn: () => api.get<GroupKeys>(`${groupPath(scope, group)}/keys`),
  });
}

export function useRotate(scope: string, group: string, version: number) {
  const refresh = useRefresh(scope, group);
  return useMutation({
    gcTime: 0,
    mutationFn: (body: { overlapSeconds: number; productSecret?: string }) =>
      api.post(`${groupPath(scope, group)}/rotate-product-secret`, body, { version }),
    onSuccess: () => notifications.show({ message: "The secret is a new one" }),
    onSettled: refresh,
  });
}

export const ADD_MAX = 1_000; // the server takes so many at once

export function useAddMembers(scope: string, group: string) {
  const refresh = useRefresh(scope, group);
  return useMutation({
    gcTime: 0,
    mutationFn: async (members: NewMember[]) => {
      const rows: AddedRow[] = [];
      for (let from = 0; from < members.length; from += ADD_MAX) {
        const some = members.slice(from, from + ADD_MAX);
        const own = some.some((each) => each.enrollPassword ?? each.controlPassword);
        const body = own ? { members: some } : { names: some.map((each) => each.name) };
        rows.push(...(await api.post<{ rows: AddedRow[] }>(membersPath(scope, group), body)).rows);
      }
      return rows;
    },
    onSettled: refresh,
  });
}

export type MemberAct = "reset" | "unlock" | "enable" | "disable" | "delete";

const DONE: Record<MemberAct, string> = {
  reset: "may register again",
  unlock: "is unlocked",
  enable: "is enabled",
  disable: "is disabled",
  delete: "is off the list",
};

export function useMemberAct(scope: string, group: string) {
  const refresh = useRefresh(scope, group);
  return useMutation({
    mutationFn: ({ act, member }: { act: MemberAct; member: Member }): Promise<unknown> => {
      const where = memberPath(scope, group, member.name);
      const options = { version: member.etag };
      switch (act) {
        case "reset":
        case "unlock":
          return api.post(`${where}/${act}`);
        case "enable":
        case "disable":
          return api.patch(where, { enabled: act === "enable" }, options);
        case "delete":
          return api.delete(where, options);
      }
    },
    onSuccess: (_, { act, member }) =>
      notifications.show({ message: `${member.name} ${DONE[act]}` }),
    onSettled: refresh,
  });
}

export function useEnrol(scope: string, group: string) {
  const refresh = useRefresh(scope, group);
  return useMutation({
    gcTime: 0,
    mutationFn: ({ member, reissue }: { member: Member; reissue: boolean }) =>
      api.post<Enrolled>(`${memberPath(scope, group, member.name)}/enroll`, { reissue }),
    onSettled: refresh,
  });
}
