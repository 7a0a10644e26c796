import { Center, Loader } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, type ReactNode } from "react";
import { onSignedOut } from "../api/client";
import { ErrorNotice } from "../parts/ErrorNotice";
import { FirstRun } from "./FirstRun";
import { OperatorProvider, SESSION_KEY, stageOf, useSessionQuery } from "./session";
import { SignIn } from "./SignIn";

// Shows its children to those who are signed in; to others the way in.
export function SessionGate({ children }: { children: ReactNode }) {
  const session = useSessionQuery();
  const client = useQueryClient();
  useEffect(
    () => onSignedOut(() => void client.invalidateQueries({ queryKey: SESSION_KEY })),
    [client],
  );

  if (session.data === undefined) {
    return (
      <Center component="main" mih="100vh" p="md">
        {session.error ? (
          <ErrorNotice error={session.error} onRetry={() => void session.refetch()} />
        ) : (
          <Loader aria-label="Loading" />
        )}
      </Center>
    );
  }
  switch (stageOf(session.data)) {
    case "first-run":
      return <FirstRun />;
    case "sign-in":
      return <SignIn />;
    case "signed-in":
      return <OperatorProvider value={session.data.operator}>{children}</OperatorProvider>;
  }
}
