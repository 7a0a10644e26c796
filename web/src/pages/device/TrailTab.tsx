import { Button, Center, Switch, Text } from "@mantine/core";
import { IconRoute } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { Link, useSearchParams } from "react-router";
import { usePages } from "../../api/paging";
import type { AttemptEvent } from "../../api/types";
import { devicePage } from "../../app/links";
import { CliButton } from "../../parts/CliHint";
import { EmptyState } from "../../parts/EmptyState";
import { ErrorNotice } from "../../parts/ErrorNotice";
import { PageLoading } from "../../parts/PageLoading";
import { Panel } from "../../parts/Panel";
import { StatusBadge } from "../../parts/StatusBadge";
import { TimeAgo } from "../../parts/TimeAgo";
import { reasonWords } from "../devices/fleet";
import classes from "./device.module.css";
import { TrailDetail } from "./TrailDetail";
import type { Trail } from "./types";
import { operationWords, outcomeWord } from "./words";

const ROWS = 25;
const REFETCH_MS = 10_000;

interface Props {
  scope: string;
  id: string;
  trail: string; // that is shown; empty: the latest
  latest: AttemptEvent | undefined; // of the live stream
}

export function TrailTab({ scope, id, trail, latest }: Props) {
  const client = useQueryClient();
  const [search, setSearch] = useSearchParams();
  const failed = search.get("failed") === "true";
  const pages = usePages<Trail>(
    "/trails",
    { scope, registrationId: id, failed: failed || undefined },
    { limit: ROWS, refetchInterval: REFETCH_MS },
  );
  const fresh = latest?.id;
  useEffect(() => {
    if (fresh !== undefined) void client.invalidateQueries({ queryKey: ["/trails"] });
  }, [client, fresh]);

  const shown = trail === "" ? pages.rows[0]?.id : trail;
  const onlyFailed = (
    <Switch
      size="xs"
      label="Only refused"
      checked={failed}
      onChange={(event) => {
        const next = new URLSearchParams(search);
        if (event.currentTarget.checked) next.set("failed", "true");
        else next.delete("failed");
        setSearch(next, { replace: true });
      }}
    />
  );
  if (pages.isLoading) return <PageLoading />;
  if (pages.error && pages.rows.length === 0) {
    return <ErrorNotice error={pages.error} onRetry={pages.reload} />;
  }
  if (pages.rows.length === 0 && trail === "") {
    return (
      <Panel title="Attempts" actions={onlyFailed}>
        <EmptyState
          icon={<IconRoute size={24} stroke={1.6} />}
          title={failed ? "None was refused" : "No attempts"}
          text={
            failed
              ? "Each attempt that is remembered let the device in."
              : "It has not tried to register or to connect, or that was longer ago than trails " +
                "are kept."
          }
        />
      </Panel>
    );
  }
  return (
    <div className={classes.trail}>
      <Panel
        title="Attempts"
        lead="To register and to connect, newest first"
        actions={
          <CliButton command={["trail", "list"]} flags={{ scope, "registration-id": id, failed }} />
        }
      >
        {onlyFailed}
        <ul
          className={classes.attempts}
          style={{ marginTop: 8 }}
          tabIndex={0}
          aria-label="Attempts, newest first"
        >
          {pages.rows.map((each) => (
            <li key={each.id}>
              <Link
                to={`${devicePage(scope, id, "trail")}/${each.id}${failed ? "?failed=true" : ""}`}
                className={classes.attempt ?? ""}
                aria-current={each.id === shown ? "true" : undefined}
                preventScrollReset
              >
                <StatusBadge status={outcomeWord(each.operation, each.outcome)} />
                <Text fz="xs" c="dimmed">
                  <TimeAgo at={each.startedAt} />
                </Text>
                <Text fz="xs" c="dimmed" style={{ gridColumn: "1 / -1" }}>
                  {operationWords(each.operation)}
                  {each.reason === null ? "" : `: ${reasonWords(each.reason)}`}
                  {each.count > 1 ? ` (${each.count} times)` : ""}
                </Text>
              </Link>
            </li>
          ))}
        </ul>
        {pages.hasMore ? (
          <Center mt="xs">
            <Button
              size="compact-sm"
              variant="default"
              loading={pages.isLoadingMore}
              onClick={pages.loadMore}
            >
              Load more
            </Button>
          </Center>
        ) : null}
      </Panel>
      {shown === undefined ? null : <TrailDetail key={shown} scope={scope} id={shown} />}
    </div>
  );
}
