import { SegmentedControl } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useRef, useState } from "react";
import { api } from "../../api/client";
import { useLive } from "../../api/live";
import type { AttemptEvent, Overview, ServerStatus } from "../../api/types";
import { CliButton } from "../../parts/CliHint";
import { ErrorNotice } from "../../parts/ErrorNotice";
import { useFilters } from "../../parts/filters";
import { PageHeader } from "../../parts/PageHeader";
import { Panel } from "../../parts/Panel";
import { NeedsScope } from "../../scope/NeedsScope";
import { useScope } from "../../scope/scope";
import { Addresses } from "./Addresses";
import { AttemptFeed } from "./AttemptFeed";
import { FailureReasons } from "./FailureReasons";
import { LiveMark } from "./LiveMark";
import classes from "./overview.module.css";
import { ServerWarnings } from "./ServerWarnings";
import { Tiles } from "./Tiles";

const Chart = lazy(() => import("./RegistrationsChart"));

const DEFAULTS = { hours: "24" };
const SPANS = [
  { value: "1", label: "1 h" },
  { value: "24", label: "24 h" },
  { value: "168", label: "7 d" },
];
const FEED_MAX = 50;
const SETTLE_MS = 1_500;

// Refreshes at most once in a while, however many events come.
function useSettled(act: () => void): () => void {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  return () => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      act();
    }, SETTLE_MS);
  };
}

function OverviewPage() {
  const scope = useScope();
  const client = useQueryClient();
  const filters = useFilters(DEFAULTS);
  const hours = SPANS.find((span) => span.value === filters.values.hours)?.value ?? "24";
  const overview = useQuery({
    queryKey: ["/overview", scope.id, hours],
    queryFn: ({ signal }) =>
      api.get<Overview>("/overview", { scope: scope.id, hours: Number(hours) }, signal),
    refetchInterval: 60_000,
    placeholderData: (before) => before,
  });
  const status = useQuery({
    queryKey: ["/status"],
    queryFn: ({ signal }) => api.get<ServerStatus>("/status", undefined, signal),
  });
  const [seen, setSeen] = useState<AttemptEvent[]>([]);
  const refresh = useSettled(
    () => void client.invalidateQueries({ queryKey: ["/overview", scope.id] }),
  );
  const live = useLive(
    { scope: scope.id },
    {
      attempt: (event) => {
        setSeen((before) => [event, ...before].slice(0, FEED_MAX));
        refresh();
      },
      connection: refresh,
      bye: () => void client.invalidateQueries({ queryKey: ["session"] }),
    },
  );

  return (
    <>
      <PageHeader
        title="Overview"
        badge={<LiveMark state={live} />}
        lead={scope.displayName === scope.id ? undefined : scope.displayName}
        help={
          "What devices need to find this server, how many of them got in, and why others did " +
          "not. It changes by itself while you look."
        }
        actions={
          <>
            <SegmentedControl
              size="xs"
              aria-label="Time span"
              data={SPANS}
              value={hours}
              onChange={(value) => filters.set({ hours: value })}
            />
            <CliButton command={["trail", "list"]} flags={{ scope: scope.id, failed: true }} />
          </>
        }
      />
      {overview.error ? (
        <ErrorNotice error={overview.error} onRetry={() => void overview.refetch()} />
      ) : null}
      <div className={classes.grid}>
        <ServerWarnings warnings={status.data?.warnings ?? []} />
        <Tiles overview={overview.data} scope={scope.id} hours={Number(hours)} />
        <div className={classes.wide}>
          <Panel title="Registrations" lead="Attempts of devices to get in, by how they ended">
            <Suspense fallback={<div className={classes.chart} />}>
              <Chart overview={overview.data} />
            </Suspense>
          </Panel>
        </div>
        <Addresses scope={scope} serviceHost={overview.data?.serviceHost} />
        <FailureReasons overview={overview.data} scope={scope.id} />
        <AttemptFeed scope={scope.id} seen={seen.filter((event) => event.scope === scope.id)} />
      </div>
    </>
  );
}

export default function Page() {
  return (
    <NeedsScope>
      <OverviewPage />
    </NeedsScope>
  );
}
