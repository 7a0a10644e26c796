import { Anchor, Group, Text, Tooltip } from "@mantine/core";
import { IconPlus, IconUserCheck } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import { usePages } from "../api/paging";
import { devicePage } from "../app/links";
import { CliButton, CliHint } from "../parts/CliHint";
import { ConfirmDialog } from "../parts/ConfirmDialog";
import { DataTable, type Column } from "../parts/DataTable";
import { EmptyState } from "../parts/EmptyState";
import { GuardedButton } from "../parts/GuardedButton";
import { StatusBadge } from "../parts/StatusBadge";
import { TimeAgo } from "../parts/TimeAgo";
import { usePermission } from "../session/session";
import { AddMembers } from "./AddMembers";
import { EnrolDialog } from "./EnrolDialog";
import { MemberMenu } from "./MemberMenu";
import { membersPath, useMemberAct, type MemberAct } from "./queries";
import type { RosterKind } from "./rosterKind";
import { stateOf, type Member } from "./types";

const REFRESH_MS = 15_000;

interface Props {
  scope: string;
  group: string;
  kind: RosterKind;
  lead: string;
}

interface Asked {
  act: MemberAct;
  member: Member;
}

const ASK: Record<MemberAct, { title: string; confirm: string; text: string }> = {
  reset: {
    title: "Let it register again?",
    confirm: "Reset",
    text: "It may register once more. Of a serial, what its device connects with is void at once.",
  },
  disable: {
    title: "Disable it?",
    confirm: "Disable",
    text: "It may not register, and its device may not connect; a connection ends now.",
  },
  delete: {
    title: "Take it off the list?",
    confirm: "Take off",
    text: "Its registration and its device go with it. That cannot be undone.",
  },
  enable: { title: "", confirm: "", text: "" },
  unlock: { title: "", confirm: "", text: "" },
};
const HARMLESS: MemberAct[] = ["enable", "unlock"];

const cliVerb = (act: MemberAct, kind: RosterKind): string =>
  act === "enable" || act === "disable" ? kind.verbs[act] : act;

function passwordsOf(member: Member): string {
  const own = member.ownPasswords;
  if (own === null) return "";
  if (own.enroll && own.control) return "Its own";
  if (own.enroll || own.control) return `Own ${own.enroll ? "enrol" : "control"} password`;
  return "Derived";
}

const LOCKED = "Locked after too many wrong passwords";

function baseColumns(kind: RosterKind): Column<Member>[] {
  return [
    {
      key: "name",
      header: kind.hasPasswords ? "Serial" : "Name",
      cell: (row) => (
        <Text fz="sm" fw={550}>
          {row.name}
          {row.requested ? (
            <Tooltip label="Listed by its own request">
              <IconUserCheck size={14} role="img" aria-label="Listed by its own request" />
            </Tooltip>
          ) : null}
        </Text>
      ),
    },
    {
      key: "state",
      header: "State",
      cell: (row) => {
        const state = stateOf(row, Date.now());
        return <StatusBadge status={state} reason={state === "locked" ? LOCKED : null} />;
      },
    },
  ];
}

function columnsOf(scope: string, kind: RosterKind): Column<Member>[] {
  return [
    ...baseColumns(kind),
    {
      key: "device",
      header: "Device",
      cell: (row) =>
        row.registration === null ? (
          "—"
        ) : (
          <Anchor component={Link} to={devicePage(scope, row.registration.id)} fz="sm">
            {row.deviceId ?? row.registration.id}
          </Anchor>
        ),
    },
    ...(kind.hasPasswords
      ? [{ key: "passwords", header: "Passwords", wide: true, cell: passwordsOf }]
      : []),
    {
      key: "updated",
      header: "Changed",
      wide: true,
      cell: (row) => <TimeAgo at={row.updatedAt} />,
    },
  ];
}

// The list of a group's members, with what became of each and what can be done with it.
export function Roster({ scope, group, kind, lead }: Props) {
  const pages = usePages<Member>(
    membersPath(scope, group),
    {},
    { refetchInterval: REFRESH_MS },
  );
  const mayWrite = usePermission("operator");
  const [adding, setAdding] = useState(false);
  const [asked, setAsked] = useState<Asked>();
  const [enrolling, setEnrolling] = useState<Member>();
  const act = useMemberAct(scope, group);
  const flags = { scope, [kind.groupFlag]: group };
  const onAct = (what: MemberAct, member: Member) => {
    if (HARMLESS.includes(what)) act.mutate({ act: what, member });
    else setAsked({ act: what, member });
  };
  const columns: Column<Member>[] = [
    ...columnsOf(scope, kind),
    {
      key: "menu",
      header: "",
      align: "right",
      width: kind.hasPasswords ? 150 : 56,
      cell: (row) =>
        mayWrite.allowed ? (
          <Group gap={4} justify="flex-end" wrap="nowrap">
            {kind.hasPasswords && row.state === "expected" ? (
              <GuardedButton
                permission={mayWrite}
                size="compact-xs"
                variant="light"
                onClick={() => setEnrolling(row)}
              >
                Enrol now
              </GuardedButton>
            ) : null}
            <MemberMenu
              member={row}
              hasPasswords={kind.hasPasswords}
              onAct={onAct}
              onEnrol={setEnrolling}
            />
          </Group>
        ) : null,
    },
  ];
  const add = (
    <GuardedButton
      permission={mayWrite}
      leftSection={<IconPlus size={16} />}
      onClick={() => setAdding(true)}
    >
      Add {kind.many}
    </GuardedButton>
  );
  return (
    <>
      <Group justify="space-between" mb="sm" gap="xs">
        <Text fz="sm" c="dimmed">
          {lead}
        </Text>
        <Group gap={6}>
          {add}
          <CliButton command={[kind.cli, "list"]} flags={flags} />
        </Group>
      </Group>
      <DataTable
        caption={kind.many}
        columns={columns}
        pages={pages}
        rowKey={(row) => row.name}
        empty={
          <EmptyState
            title={`No ${kind.many} listed yet`}
            text="Add one, paste many, or upload a CSV file."
          />
        }
      />
      <AddMembers
        scope={scope}
        group={group}
        kind={kind}
        opened={adding}
        onClose={() => setAdding(false)}
      />
      <EnrolDialog
        scope={scope}
        group={group}
        kind={kind}
        member={enrolling}
        onClose={() => setEnrolling(undefined)}
      />
      <ConfirmDialog
        opened={asked !== undefined}
        title={asked === undefined ? "" : ASK[asked.act].title}
        confirm={asked === undefined ? "" : ASK[asked.act].confirm}
        cli={
          asked === undefined ? null : (
            <CliHint
              command={[kind.cli, cliVerb(asked.act, kind), asked.member.name]}
              flags={flags}
            />
          )
        }
        error={act.error}
        isPending={act.isPending}
        onConfirm={() =>
          asked !== undefined && act.mutate(asked, { onSuccess: () => setAsked(undefined) })
        }
        onClose={() => {
          act.reset();
          setAsked(undefined);
        }}
      >
        <b>{asked?.member.name}</b>: {asked === undefined ? "" : ASK[asked.act].text}
      </ConfirmDialog>
    </>
  );
}
