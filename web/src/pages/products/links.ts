export const productPage = (product: string, tab = ""): string =>
  `/products/${encodeURIComponent(product)}${tab === "" ? "" : `/${encodeURIComponent(tab)}`}`;
