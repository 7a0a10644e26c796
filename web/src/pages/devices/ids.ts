export type Kind = "enrollment" | "identity";

// What the server takes; it says the rest itself.
export const idProblem = (kind: Kind, id: string): string | null => {
  if (id === "") return null;
  if (id.length > 128) return "At most 128 characters.";
  if (kind === "enrollment" && !/^[A-Za-z0-9._:-]*[A-Za-z0-9]$/.test(id)) {
    return "Letters, digits and - . _ : and a letter or digit at the end.";
  }
  if (!/^[A-Za-z0-9\-:.+%_#*?!(),=@$']+$/.test(id)) {
    return "Letters, digits and - : . + % _ # * ? ! ( ) , = @ $ '";
  }
  return null;
};
