import { Anchor, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { api, type Page } from "../../api/client";
import type { AttemptEvent } from "../../api/types";
import { devicePage } from "../../app/links";
import { Panel } from "../../parts/Panel";
import { StatusBadge } from "../../parts/StatusBadge";
import { TimeAgo } from "../../parts/TimeAgo";
import classes from "./overview.module.css";

interface Trail extends Omit<AttemptEvent, "at"> {
  startedAt: string;
}

interface Props {
  scope: string;
  seen: AttemptEvent[]; // newest first
}

const SHOWN_MAX = 20;

export function AttemptFeed({ scope, seen }: Props) {
  const trails = useQuery({
    queryKey: ["/trails", { scope, limit: SHOWN_MAX }],
    queryFn: ({ signal }) => api.get<Page<Trail>>("/trails", { scope, limit: SHOWN_MAX }, signal),
  });
  const fresh = new Set(seen.map((event) => event.id));
  const earlier = (trails.data?.items ?? [])
    .filter((trail) => !fresh.has(trail.id))
    .map((trail) => ({ ...trail, at: trail.startedAt }));
  const shown = [...seen, ...earlier].slice(0, SHOWN_MAX);
  return (
    <div className={classes.half}>
      <Panel title="Latest attempts" lead="Newest first, as they happen">
        {shown.length === 0 ? (
          <Text c="dimmed" fz="sm">
            {trails.isLoading ? "…" : "No device has tried to register yet."}
          </Text>
        ) : (
          <ul className={classes.feed} tabIndex={0} aria-label="Latest attempts">
            {shown.map((attempt) => (
              <li
                key={attempt.id}
                className={`${classes.attempt} ${fresh.has(attempt.id) ? classes.fresh : ""}`}
              >
                <StatusBadge status={attempt.outcome} reason={attempt.reason} />
                <div style={{ minWidth: 0 }}>
                  <Anchor
                    component={Link}
                    to={devicePage(attempt.scope, attempt.registrationId, "trail")}
                    fz="sm"
                    fw={550}
                    truncate
                    display="block"
                  >
                    {attempt.registrationId || "(no id)"}
                  </Anchor>
                  <Text fz="xs" c="dimmed" truncate>
                    {attempt.reason?.replaceAll("_", " ") ?? attempt.hub ?? attempt.operation}
                  </Text>
                </div>
                <Text fz="xs" c="dimmed">
                  <TimeAgo at={attempt.at} />
                </Text>
              </li>
            ))}
          </ul>
        )}
      </Panel>
    </div>
  );
}
