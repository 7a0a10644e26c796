import { PASSWORD_MAX, PASSWORD_MIN } from "./session";

// Empty when both fields hold the same password of a size that the server takes.
export function newPasswordProblem(password: string, again: string): string {
  const bytes = new TextEncoder().encode(password).length;
  if (bytes < PASSWORD_MIN) return `At least ${PASSWORD_MIN} characters`;
  if (bytes > PASSWORD_MAX) return `At most ${PASSWORD_MAX} characters`;
  if (password !== again) return "The two passwords differ";
  return "";
}
