// Where things are shown. Ids are encoded here and nowhere else.

const id = encodeURIComponent;

export const devicesPage = (filter: Record<string, string> = {}): string => {
  const search = new URLSearchParams(filter).toString();
  return search === "" ? "/devices" : `/devices?${search}`;
};

export const devicePage = (scope: string, device: string, tab = ""): string =>
  `/devices/${id(scope)}/${id(device)}${tab === "" ? "" : `/${id(tab)}`}`;
