import {
  Alert,
  Button,
  FileButton,
  Group,
  List,
  Modal,
  Stack,
  Table,
  Text,
  Textarea,
} from "@mantine/core";
import { IconFileUpload } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { CliHint } from "../parts/CliHint";
import { ErrorNotice } from "../parts/ErrorNotice";
import classes from "./groups.module.css";
import { useAddMembers } from "./queries";
import { readRoster, ROSTER_BYTES_MAX, type Roster } from "./readRoster";
import type { RosterKind } from "./rosterKind";
import type { AddedRow } from "./types";

interface Props {
  scope: string;
  group: string;
  kind: RosterKind;
  opened: boolean;
  onClose: () => void;
}

// Names put on the list: one, many pasted, or a CSV file.
export function AddMembers({ opened, onClose, ...rest }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title={`Add ${rest.kind.many}`} size="lg">
      {opened ? <Body {...rest} onClose={onClose} /> : null}
    </Modal>
  );
}

function Body({ scope, group, kind, onClose }: Omit<Props, "opened">) {
  const [text, setText] = useState("");
  const [refused, setRefused] = useState("");
  const roster = useMemo(() => readRoster(text, kind.hasPasswords), [text, kind]);
  const add = useAddMembers(scope, group);
  const upload = (file: File | null) => {
    if (file === null) return;
    if (file.size > ROSTER_BYTES_MAX) {
      setRefused(`${file.name} is too large: 4 MiB at most.`);
      return;
    }
    setRefused("");
    void file.text().then(setText, () => setRefused(`${file.name} cannot be read.`));
  };
  if (add.data !== undefined) return <Report rows={add.data} onClose={onClose} />;
  const count = roster.members.length;
  return (
    <Stack gap="sm">
      <Textarea
        label={kind.hasPasswords ? "Serials, one a line, or CSV" : "Names, one a line, or CSV"}
        description={
          kind.hasPasswords
            ? "Columns: serial, enroll_password, control_password. Passwords left out are derived."
            : "1 to 64 letters, digits and - . _ : in a column name, or alone."
        }
        placeholder={kind.hasPasswords ? "SN0001\nSN0002,enrol-2,control-2" : "dev001\ndev002"}
        classNames={{ input: classes.mono }}
        spellCheck={false}
        autoCapitalize="off"
        autosize
        minRows={6}
        maxRows={16}
        data-autofocus
        value={text}
        error={refused}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Group justify="space-between">
        <FileButton accept=".csv,.txt,text/csv,text/plain" onChange={upload}>
          {(props) => (
            <Button
              {...props}
              variant="default"
              size="compact-sm"
              leftSection={<IconFileUpload size={15} />}
            >
              Upload a CSV file
            </Button>
          )}
        </FileButton>
        <Text fz="sm" c="dimmed" aria-live="polite">
          {count} {count === 1 ? kind.one : kind.many} to add
        </Text>
      </Group>
      <Problems roster={roster} />
      {add.error ? <ErrorNotice error={add.error} /> : null}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          disabled={count === 0}
          loading={add.isPending}
          onClick={() => add.mutate(roster.members)}
        >
          Add
        </Button>
      </Group>
      <CliHint
        command={[kind.cli, "import", kind.hasPasswords ? "serials.csv" : "names.csv"]}
        flags={{ scope, [kind.groupFlag]: group }}
      />
    </Stack>
  );
}

const PROBLEMS_MAX = 8;

function Problems({ roster }: { roster: Roster }) {
  const { problems } = roster;
  if (problems.length === 0) return null;
  return (
    <Alert color="yellow" variant="light" p="sm" title="Left out">
      <List fz="sm">
        {problems.slice(0, PROBLEMS_MAX).map((each) => (
          <List.Item key={`${each.line}`}>
            line {each.line}: {each.what}
          </List.Item>
        ))}
      </List>
      {problems.length > PROBLEMS_MAX ? (
        <Text fz="sm" c="dimmed">
          and {problems.length - PROBLEMS_MAX} more
        </Text>
      ) : null}
    </Alert>
  );
}

const SHOWN_MAX = 200;

// What became of each name; those that went well are only counted.
function Report({ rows, onClose }: { rows: AddedRow[]; onClose: () => void }) {
  const count = (result: string) => rows.filter((row) => row.result === result).length;
  const told = rows.filter((row) => row.what !== null || row.result === "invalid");
  return (
    <Stack gap="sm">
      <Text fz="sm" role="status">
        {count("added")} added, {count("present")} there already
        {count("updated") > 0 ? `, ${count("updated")} updated` : ""}
        {count("invalid") > 0 ? `, ${count("invalid")} invalid` : ""}
        {count("full") > 0 ? `, ${count("full")} did not fit` : ""}.
      </Text>
      {told.length === 0 ? null : (
        <div className={classes.report}>
          <Table fz="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Name</Table.Th>
                <Table.Th>Result</Table.Th>
                <Table.Th>Why</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {told.slice(0, SHOWN_MAX).map((row, at) => (
                <Table.Tr key={at}>
                  <Table.Td className={classes.anywhere}>{row.name}</Table.Td>
                  <Table.Td>{row.result}</Table.Td>
                  <Table.Td className={classes.anywhere}>{row.what}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      <Group justify="flex-end">
        <Button onClick={onClose} data-autofocus>
          Done
        </Button>
      </Group>
    </Stack>
  );
}
