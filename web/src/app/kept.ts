// Small choices that this browser keeps (sidebar, last scope). Never anything secret.

const PREFIX = "berth.";

export function kept(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null; // storage is switched off
  }
}

export function keep(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, value);
  } catch {
    // storage is switched off or full: the choice lasts until the page is left
  }
}
