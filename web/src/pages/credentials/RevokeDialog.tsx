import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, path } from "../../api/client";
import { CliHint } from "../../parts/CliHint";
import { ConfirmDialog } from "../../parts/ConfirmDialog";
import { MODE_NAMES, type CodeInfo } from "./credential";

interface Props {
  code: CodeInfo | undefined; // none: closed
  onClose: () => void;
}

export function RevokeDialog({ code, onClose }: Props) {
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: (id: string) => api.delete(path`/credentials/${id}`),
    onSuccess: () => {
      notifications.show({ message: "The code is revoked" });
      onClose();
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["/credentials"] }),
  });
  return (
    <ConfirmDialog
      opened={code !== undefined}
      title="Revoke the code?"
      confirm="Revoke"
      cli={code === undefined ? null : <CliHint command={["credential", "revoke", code.id]} />}
      error={revoke.error}
      isPending={revoke.isPending}
      onConfirm={() => code !== undefined && revoke.mutate(code.id)}
      onClose={() => {
        revoke.reset();
        onClose();
      }}
    >
      {code === undefined
        ? null
        : `Nobody can redeem the ${MODE_NAMES[code.mode].toLowerCase()} code for ` +
          `${code.deviceId} any more.` +
          (code.mode === "claim"
            ? ""
            : " Who has scanned its picture already still has the device’s key: to take that " +
              "back, regenerate the key.")}
    </ConfirmDialog>
  );
}
