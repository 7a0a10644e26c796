import { Group, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, path } from "../../api/client";
import { CliHint } from "../../parts/CliHint";
import { ConfirmDialog } from "../../parts/ConfirmDialog";
import { ErrorNotice } from "../../parts/ErrorNotice";
import { GuardedButton } from "../../parts/GuardedButton";
import { usePermission } from "../../session/session";

interface Props {
  scope: string;
  id: string;
  status: string; // "waiting" and "blocked" can be decided; others can be blocked
  size?: "compact-xs" | "xs";
  onDone?: () => void;
}

type Verb = "approve" | "block";

// Approve or block a device: in its row of the list and on its own page.
export function Decision({ scope, id, status, size = "compact-xs", onDone }: Props) {
  const client = useQueryClient();
  const may = usePermission("operator");
  const [asking, { open, close }] = useDisclosure(false);
  const decide = useMutation({
    mutationFn: (verb: Verb) =>
      api.post(
        verb === "approve"
          ? path`/scopes/${scope}/registrations/${id}/approve`
          : path`/scopes/${scope}/registrations/${id}/block`,
      ),
    onSuccess: (_, verb) => {
      close();
      notifications.show({
        color: verb === "approve" ? "teal" : "gray",
        title: verb === "approve" ? "Approved" : "Blocked",
        message:
          verb === "approve"
            ? `${id} is let in when it asks again.`
            : `${id} is refused from now on.`,
      });
      void client.invalidateQueries({ queryKey: ["/fleet"] });
      void client.invalidateQueries({ queryKey: ["/overview"] });
      onDone?.();
    },
  });
  return (
    <Group gap={6} wrap="nowrap" justify="flex-end">
      {status === "waiting" || status === "blocked" ? (
        <GuardedButton
          permission={may}
          size={size}
          aria-label={`${status === "waiting" ? "Approve" : "Unblock"} ${id}`}
          loading={decide.isPending && decide.variables === "approve"}
          onClick={() => decide.mutate("approve")}
        >
          {status === "waiting" ? "Approve" : "Unblock"}
        </GuardedButton>
      ) : null}
      {status === "blocked" ? null : (
        <GuardedButton
          permission={may}
          size={size}
          variant="default"
          aria-label={`Block ${id}`}
          onClick={open}
        >
          Block
        </GuardedButton>
      )}
      <ConfirmDialog
        opened={asking}
        title={`Block ${id}?`}
        confirm="Block"
        cli={<CliHint command={["device", "block", id]} flags={{ scope }} />}
        error={decide.error}
        isPending={decide.isPending}
        onConfirm={() => decide.mutate("block")}
        onClose={close}
      >
        It may neither register nor connect until it is approved; a connection that it has ends.
      </ConfirmDialog>
      <Modal
        opened={decide.error !== null && !asking}
        onClose={decide.reset}
        title={`${id} was not approved`}
      >
        <Stack gap="sm">
          <ErrorNotice error={decide.error} />
          <Text fz="sm">The same can be tried on the command line:</Text>
          <CliHint command={["device", "approve", id]} flags={{ scope }} />
        </Stack>
      </Modal>
    </Group>
  );
}
