import { Group, Kbd, Modal, Stack, Text } from "@mantine/core";
import { Fragment } from "react";
import { PAGES } from "./pages";

interface Props {
  opened: boolean;
  onClose: () => void;
}

const ROWS: { keys: string[]; what: string }[] = [
  { keys: ["/"], what: "Search in the list" },
  { keys: ["j", "k"], what: "Next and previous row of a list" },
  { keys: ["Enter"], what: "Open the row" },
  { keys: ["["], what: "Fold the sidebar" },
  { keys: ["?"], what: "This help" },
  { keys: ["Esc"], what: "Close, or leave a field" },
];

function Row({ keys, what }: { keys: string[]; what: string }) {
  return (
    <Group justify="space-between" wrap="nowrap">
      <Text fz="sm">{what}</Text>
      <Group gap={5} wrap="nowrap">
        {keys.map((key) => (
          <Fragment key={key}>
            <Kbd>{key}</Kbd>
          </Fragment>
        ))}
      </Group>
    </Group>
  );
}

export function ShortcutHelp({ opened, onClose }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title="Keys" size="sm">
      <Stack gap={8}>
        {ROWS.map((row) => (
          <Row key={row.what} {...row} />
        ))}
        <Text c="dimmed" fz="xs" fw={600} mt="xs">
          Go to
        </Text>
        {PAGES.flatMap((group) => group.links).map((link) => (
          <Row key={link.to} keys={["g", link.key]} what={link.label} />
        ))}
      </Stack>
    </Modal>
  );
}
