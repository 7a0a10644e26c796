// Events change the rows that are shown, in their places; devices that are not shown are counted
// and wait until somebody asks for them.

import { useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { api, type Page } from "../../api/client";
import { useLive, type LiveState } from "../../api/live";
import type { AttemptEvent, ConnectionEvent, FleetItem } from "../../api/types";
import { SESSION_KEY } from "../../session/session";
import { bringsRow, idKey, isRowOf, withAttempt, withConnection, withRow } from "./fleet";

const FLEET = "/fleet";
const FLUSH_MS = 500;
const HELD_MAX = 2_000; // events of one flush; of more the latest
const ASKED_MAX = 5; // rows that are asked for one by one after a flush
const UNSEEN_MAX = 999;

export interface FleetLive {
  state: LiveState;
  recent: ReadonlyMap<string, AttemptEvent>; // by idKey: the latest attempt since the page opened
  unseen: number; // devices that are new or changed and not shown
  forget: () => void;
}

type Held = { attempt: AttemptEvent } | { connection: ConnectionEvent };
type Cached = InfiniteData<Page<FleetItem>>;

const patched = (data: Cached, change: (rows: FleetItem[]) => FleetItem[]): Cached => {
  const pages = data.pages.map((page) => {
    const items = change(page.items);
    return items === page.items ? page : { ...page, items };
  });
  return pages.every((page, at) => page === data.pages[at]) ? data : { ...data, pages };
};

export function useFleetLive(scope: string, rows: FleetItem[]): FleetLive {
  const client = useQueryClient();
  const [recent, setRecent] = useState<ReadonlyMap<string, AttemptEvent>>(new Map());
  const [unseen, setUnseen] = useState<ReadonlySet<string>>(new Set());
  const held = useRef<Held[]>([]);
  const shown = useRef(rows);
  useEffect(() => {
    shown.current = rows;
  });

  const change = useCallback(
    (act: (rows: FleetItem[]) => FleetItem[]) =>
      client.setQueriesData<Cached | Page<FleetItem>>({ queryKey: [FLEET] }, (data) =>
        data !== undefined && "pages" in data ? patched(data, act) : data,
      ),
    [client],
  );

  const ask = useCallback(
    async (id: string) => {
      const query = { scope, query: id, sort: "id", limit: 20 };
      const page = await api.get<Page<FleetItem>>(FLEET, query);
      const fresh = page.items.find((row) => row.id === id);
      if (fresh !== undefined) change((list) => withRow(list, fresh));
    },
    [scope, change],
  );

  const flush = useCallback(() => {
    const events = held.current;
    if (events.length === 0) return;
    held.current = [];
    const attempts = events.flatMap((each) => ("attempt" in each ? [each.attempt] : []));
    const connections = events.flatMap((each) => ("connection" in each ? [each.connection] : []));
    change((list) => attempts.reduce(withAttempt, connections.reduce(withConnection, list)));

    const ours = attempts.filter((event) => event.scope === scope);
    const known = new Set<string>();
    const strangers: string[] = [];
    for (const event of ours) {
      const row = shown.current.find((each) => isRowOf(each, event));
      if (row !== undefined) known.add(row.id);
      else if (bringsRow(event)) strangers.push(idKey(event.registrationId));
    }
    if (known.size > 0) {
      setRecent((before) => {
        const next = new Map(before);
        for (const event of ours) next.set(idKey(event.registrationId), event);
        return next;
      });
      // Not being told more now is no error: the next reading of the list has it.
      [...known].slice(0, ASKED_MAX).forEach((id) => void ask(id).catch(() => undefined));
    }
    if (strangers.length > 0) {
      setUnseen((before) => new Set([...before, ...strangers].slice(0, UNSEEN_MAX)));
    }
  }, [scope, change, ask]);

  useEffect(() => {
    const timer = setInterval(flush, FLUSH_MS);
    return () => clearInterval(timer);
  }, [flush]);

  const hold = (event: Held) => {
    held.current.push(event);
    if (held.current.length > HELD_MAX) held.current.shift();
  };
  const state = useLive(
    { scope },
    {
      attempt: (event) => hold({ attempt: event }),
      connection: (event) => hold({ connection: event }),
      bye: () => void client.invalidateQueries({ queryKey: SESSION_KEY }),
    },
  );
  const forget = useCallback(() => setUnseen(new Set()), []);
  return { state, recent, unseen: unseen.size, forget };
}
