export const productionPage = (template: string, tab = ""): string =>
  `/production/${encodeURIComponent(template)}${tab === "" ? "" : `/${encodeURIComponent(tab)}`}`;
