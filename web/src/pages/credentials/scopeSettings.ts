import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, path } from "../../api/client";
import type { Scope } from "../../api/types";

export type ScopeChange = Partial<
  Pick<Scope, "autoApprove" | "holdUnknownModels" | "compatibleCodes">
>;

export function useChangeScope(scope: Scope) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: ScopeChange) =>
      api.patch<Scope>(path`/scopes/${scope.id}`, change, { version: scope.version }),
    onSuccess: () => notifications.show({ message: "Saved" }),
    // Awaited, so that the next change carries the new version.
    onSettled: () => client.invalidateQueries({ queryKey: ["/scopes"] }),
  });
}
