// Where templates are shown; ids have colons and semicolons, so they are encoded.

export const templatePage = (template: string, tab = ""): string =>
  `/templates/${encodeURIComponent(template)}${tab === "" ? "" : `/${encodeURIComponent(tab)}`}`;
