import { Button, Text } from "@mantine/core";
import { IconRoute, IconSearchOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { api, type Page } from "../../api/client";
import { devicePage } from "../../app/links";
import { EmptyState } from "../../parts/EmptyState";
import { StatusBadge } from "../../parts/StatusBadge";
import { TimeAgo } from "../../parts/TimeAgo";
import { mayBeId, reasonWords } from "./fleet";

interface Attempt {
  id: string;
  startedAt: string;
  registrationId: string;
  outcome: string;
  reason: string | null;
}

interface Props {
  scope: string;
  query: string;
  onClear: () => void;
}

// Nothing matches. A device that was refused is in no list, but its attempts are remembered.
export function NoDevices({ scope, query, onClear }: Props) {
  const trails = useQuery({
    queryKey: ["/trails", { scope, registrationId: query, limit: 1 }],
    queryFn: ({ signal }) =>
      api.get<Page<Attempt>>("/trails", { scope, registrationId: query, limit: 1 }, signal),
    enabled: mayBeId(query),
  });
  const latest = trails.data?.items[0];
  if (latest === undefined) {
    return (
      <EmptyState
        icon={<IconSearchOff size={24} stroke={1.6} />}
        title="No device matches"
        text={
          query === ""
            ? "No device of this scope is as the filters say."
            : "The search looks for a part of the id, the device id or the name."
        }
      >
        <Button variant="default" onClick={onClear}>
          Clear the filters
        </Button>
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={<IconRoute size={24} stroke={1.6} />}
      title={`There is no device ${query}, but it tried to get in`}
      text="It is not enrolled or was never let in, so it is in no list. Its trail says why."
    >
      <Text component="div" fz="sm" ta="center">
        <StatusBadge status={latest.outcome} />{" "}
        {latest.reason === null ? "" : `${reasonWords(latest.reason)}, `}
        <TimeAgo at={latest.startedAt} />
      </Text>
      <Button component={Link} to={devicePage(scope, latest.registrationId, "trail")}>
        Show the trail
      </Button>
    </EmptyState>
  );
}
