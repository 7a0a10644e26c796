import { Button, Code, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { ErrorNotice } from "../parts/ErrorNotice";
import { newPasswordProblem } from "./newPassword";
import { NewPasswordFields } from "./NewPasswordFields";
import { useFirstRun } from "./session";
import { Threshold } from "./Threshold";

const NAME = /^[A-Za-z0-9._@+-]{1,64}$/;

export function FirstRun() {
  const start = useFirstRun();
  const [token, setToken] = useState("");
  const [operator, setOperator] = useState("");
  const [displayName, setDisplayName] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [tried, setTried] = useState(false);

  const nameWrong = !NAME.test(operator) ? "1 to 64 letters, digits and . _ - @ +" : "";
  const ready = token.trim() !== "" && !nameWrong && newPasswordProblem(password, again) === "";

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (ready) start.mutate({ token, operator, password, displayName: displayName.trim() });
  };

  return (
    <Threshold
      title="Welcome aboard"
      lead={
        <>
          Nobody has signed in to this server yet. Make its first operator; the file{" "}
          <Code>admin.token</Code> in the server’s data directory shows that you may.
        </>
      }
    >
      <form onSubmit={submit} method="post" noValidate>
        <Stack gap="sm">
          <PasswordInput
            label="Content of admin.token"
            description="cat DIR/admin.token; DIR is what the server got with --data"
            name="token"
            autoComplete="off"
            required
            autoFocus
            maxLength={512}
            value={token}
            error={tried && token.trim() === "" ? "The text in that file" : undefined}
            onChange={(event) => setToken(event.currentTarget.value)}
          />
          <TextInput
            label="Name to sign in with"
            name="operator"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
            maxLength={64}
            value={operator}
            error={tried && nameWrong ? nameWrong : undefined}
            onChange={(event) => setOperator(event.currentTarget.value)}
          />
          <TextInput
            label="Your name"
            description="Shown to others; may stay empty"
            name="displayName"
            autoComplete="name"
            maxLength={128}
            value={displayName}
            onChange={(event) => setDisplayName(event.currentTarget.value)}
          />
          <NewPasswordFields
            password={password}
            again={again}
            onPassword={setPassword}
            onAgain={setAgain}
            showProblem={tried}
          />
          {start.error ? <ErrorNotice error={start.error} /> : null}
          <Button type="submit" loading={start.isPending} fullWidth mt={4}>
            Make the operator and sign in
          </Button>
        </Stack>
      </form>
    </Threshold>
  );
}
