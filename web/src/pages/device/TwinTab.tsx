import { Stack, Table, Text } from "@mantine/core";
import {
  IconArrowUpRight,
  IconCheck,
  IconHourglassEmpty,
  IconEqualNot,
} from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api, path } from "../../api/client";
import { CliButton } from "../../parts/CliHint";
import { ErrorNotice } from "../../parts/ErrorNotice";
import { JsonView } from "../../parts/JsonView";
import { PageLoading } from "../../parts/PageLoading";
import { Panel } from "../../parts/Panel";
import { TimeAgo } from "../../parts/TimeAgo";
import classes from "./device.module.css";
import { compact } from "./json";
import { TwinEditor } from "./TwinEditor";
import { twinRows, type TwinRow } from "./twinRows";
import type { Device, Twin } from "./types";

const STATES = {
  agrees: { words: "agrees", Icon: IconCheck },
  differs: { words: "differs", Icon: IconEqualNot },
  awaited: { words: "not reported yet", Icon: IconHourglassEmpty },
  reported: { words: "reported only", Icon: IconArrowUpRight },
} as const;
const ROWS_MAX = 300;
const VALUE_MAX = 200;

const short = (value: unknown): string => {
  const text = compact(value);
  return text.length > VALUE_MAX ? `${text.slice(0, VALUE_MAX)}…` : text;
};

function Row({ row }: { row: TwinRow }) {
  const { words, Icon } = STATES[row.state];
  return (
    <Table.Tr>
      <Table.Td>
        <code className={classes.mono}>{row.name}</code>
      </Table.Td>
      <Table.Td>
        <code className={classes.mono}>{row.desired === undefined ? "—" : short(row.desired)}</code>
      </Table.Td>
      <Table.Td>
        <code className={classes.mono}>
          {row.reported === undefined ? "—" : short(row.reported)}
        </code>
      </Table.Td>
      <Table.Td>
        <span className={classes.mark} data-state={row.state}>
          <Icon size={14} aria-hidden /> {words}
        </span>
      </Table.Td>
    </Table.Tr>
  );
}

function Compared({ twin }: { twin: Twin }) {
  const rows = twinRows(twin.desired, twin.reported);
  if (rows.length === 0) {
    return (
      <Text fz="sm" c="dimmed">
        Neither side has said anything yet.
      </Text>
    );
  }
  return (
    <div className={classes.compare} tabIndex={0} role="region" aria-label="Table of properties">
      <Table fz="sm" verticalSpacing={5}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Property</Table.Th>
            <Table.Th>Desired</Table.Th>
            <Table.Th>Reported</Table.Th>
            <Table.Th>State</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.slice(0, ROWS_MAX).map((row) => (
            <Row key={row.name} row={row} />
          ))}
        </Table.Tbody>
      </Table>
      {rows.length > ROWS_MAX ? (
        <Text fz="xs" c="dimmed" p="xs">
          and {rows.length - ROWS_MAX} more; the documents below have all of them
        </Text>
      ) : null}
    </div>
  );
}

export function TwinTab({ device }: { device: Device }) {
  const { hub, id } = device;
  const client = useQueryClient();
  const key = ["/twin", hub, id];
  const twin = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => api.get<Twin>(path`/hubs/${hub}/devices/${id}/twin`, {}, signal),
    refetchInterval: 5_000,
  });
  if (twin.data === undefined) {
    return twin.error ? (
      <ErrorNotice error={twin.error} onRetry={() => void twin.refetch()} />
    ) : (
      <PageLoading />
    );
  }
  const editor = {
    hub,
    device: id,
    twin: twin.data,
    onTwin: (fresh: Twin) => client.setQueryData(key, fresh),
    onStale: () => void twin.refetch(),
  };
  const { desiredVersion, reportedVersion, reported, updatedAt } = twin.data;
  return (
    <div className={classes.grid}>
      <div className={classes.wide}>
        <Panel
          title="Wanted and reported"
          lead={
            <>
              Changed <TimeAgo at={updatedAt} />; read again every 5 seconds
            </>
          }
          actions={<CliButton command={["twin", "show", id]} flags={{ "hub-name": hub }} />}
        >
          <Compared twin={twin.data} />
        </Panel>
      </div>
      <Panel
        title="Desired properties"
        lead={`What you want of the device; it is told at once. Version ${desiredVersion}`}
      >
        <TwinEditor {...editor} section="desired" />
      </Panel>
      <Stack gap="md">
        <Panel
          title="Reported properties"
          lead={`What the device says of itself. Version ${reportedVersion}`}
        >
          <JsonView value={reported} label="reported properties" />
        </Panel>
        <Panel title="Tags" lead="For operators; the device does not see them">
          <TwinEditor {...editor} section="tags" />
        </Panel>
      </Stack>
    </div>
  );
}
