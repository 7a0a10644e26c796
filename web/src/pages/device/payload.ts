// What a method is called with.

const NAME = /^[\x20-\x7e]{1,128}$/;

type Payload = { given: boolean; value?: unknown; problem?: string };

export function payloadOf(text: string): Payload {
  if (text.trim() === "") return { given: false };
  try {
    return { given: true, value: JSON.parse(text) as unknown };
  } catch (error) {
    return { given: false, problem: error instanceof Error ? error.message : "This is no JSON." };
  }
}

export const nameProblem = (name: string): string | null =>
  name === "" || (NAME.test(name) && !/[/?#+]/.test(name))
    ? null
    : "1 to 128 printable characters without / ? # +";
