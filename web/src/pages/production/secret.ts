// A derivation secret that nobody can guess: 160 bits as base32, which people can read aloud.

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const SYMBOLS = 32;

export function madeUpSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SYMBOLS));
  return Array.from(bytes, (byte) => ALPHABET.charAt(byte & 31)).join("");
}
