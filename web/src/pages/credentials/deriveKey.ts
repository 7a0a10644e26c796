// The key of one device, made from its group's key in this browser. The group's key lets every
// device of the group in, so it never leaves the page: no request, no address, no storage.

export class KeyError extends Error {}

const KEY_BYTES_MIN = 16;
const KEY_BYTES_MAX = 64;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

// Why a text is no key; empty when it is one.
export function wrongKey(text: string): string {
  const key = text.trim();
  if (key === "") return "A key is needed.";
  if (!BASE64.test(key)) return "This is not base64: copy the key whole, with the = at its end.";
  const padding = key.endsWith("==") ? 2 : key.endsWith("=") ? 1 : 0;
  const bytes = (key.length / 4) * 3 - padding;
  return bytes < KEY_BYTES_MIN || bytes > KEY_BYTES_MAX
    ? `Keys have ${KEY_BYTES_MIN} to ${KEY_BYTES_MAX} bytes; this has ${bytes}.`
    : "";
}

// base64(HMAC-SHA256(base64decode(groupKey), id)). The server compares ids without case and derives
// from the lower-case form, so that is the form used here.
export async function deriveDeviceKey(groupKey: string, deviceId: string): Promise<string> {
  const wrong = wrongKey(groupKey);
  if (wrong !== "") throw new KeyError(wrong);
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle;
  if (subtle === undefined) {
    throw new KeyError(
      "This browser derives keys only on a page that came over TLS: open the console by https, " +
        "or choose a group of the scope, whose key the server has.",
    );
  }
  const bytes = Uint8Array.from(atob(groupKey.trim()), (each) => each.charCodeAt(0));
  try {
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    const key = await subtle.importKey("raw", bytes, algorithm, false, ["sign"]);
    const message = new TextEncoder().encode(deviceId.trim().toLowerCase());
    const mac = new Uint8Array(await subtle.sign("HMAC", key, message));
    return btoa(String.fromCharCode(...mac));
  } finally {
    bytes.fill(0);
  }
}
