import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { ErrorNotice } from "../parts/ErrorNotice";
import { useSignIn } from "./session";
import { Threshold } from "./Threshold";

export function SignIn() {
  const signIn = useSignIn();
  const [operator, setOperator] = useState("");
  const [password, setPassword] = useState("");

  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate({ operator: operator.trim(), password }, { onError: () => setPassword("") });
  };

  return (
    <Threshold
      title="Sign in"
      lead="With the name and password of an operator of this server."
      foot="No password yet? An admin makes operators on the page Operators."
    >
      <form onSubmit={submit} method="post">
        <Stack gap="sm">
          <TextInput
            label="Operator"
            name="operator"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
            autoFocus
            maxLength={128}
            value={operator}
            onChange={(event) => setOperator(event.currentTarget.value)}
          />
          <PasswordInput
            label="Password"
            name="password"
            autoComplete="current-password"
            required
            maxLength={256}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          {signIn.error ? <ErrorNotice error={signIn.error} /> : null}
          <Button type="submit" loading={signIn.isPending} fullWidth mt={4}>
            Sign in
          </Button>
        </Stack>
      </form>
    </Threshold>
  );
}
