import { PasswordInput } from "@mantine/core";
import { newPasswordProblem } from "./newPassword";

interface Props {
  password: string;
  again: string;
  onPassword: (text: string) => void;
  onAgain: (text: string) => void;
  showProblem: boolean;
}

// A password and the same once more.
export function NewPasswordFields({ password, again, onPassword, onAgain, showProblem }: Props) {
  const problem = showProblem ? newPasswordProblem(password, again) : "";
  const differs = problem !== "" && again !== password;
  return (
    <>
      <PasswordInput
        label="Password"
        description="12 characters or more; a few words in a row are good"
        name="new-password"
        autoComplete="new-password"
        required
        maxLength={256}
        value={password}
        error={problem !== "" && !differs ? problem : undefined}
        onChange={(event) => onPassword(event.currentTarget.value)}
      />
      <PasswordInput
        label="The same password again"
        name="new-password-again"
        autoComplete="new-password"
        required
        maxLength={256}
        value={again}
        error={differs ? problem : undefined}
        onChange={(event) => onAgain(event.currentTarget.value)}
      />
    </>
  );
}
