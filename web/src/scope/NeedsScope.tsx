import { Center, Loader } from "@mantine/core";
import type { ReactNode } from "react";
import { CliHint } from "../parts/CliHint";
import { EmptyState } from "../parts/EmptyState";
import { ErrorNotice } from "../parts/ErrorNotice";
import { useScopes } from "./scope";

// Pages about one scope are shown only when there is one.
export function NeedsScope({ children }: { children: ReactNode }) {
  const { scope, isLoading, error, reload } = useScopes();
  if (scope !== undefined) return children;
  if (isLoading) {
    return (
      <Center mih={240}>
        <Loader aria-label="Loading" />
      </Center>
    );
  }
  if (error) return <ErrorNotice error={error} onRetry={reload} />;
  return (
    <EmptyState title="No scope yet" text="A scope is a tenant: everything else belongs to one.">
      <CliHint command={["scope", "create", "My plant"]} />
    </EmptyState>
  );
}
