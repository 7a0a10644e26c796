// The pages of the sidebar: where they are and the second key of their shortcut.

export interface PageLink {
  to: string;
  label: string;
  key: string; // g, then this
  icon: "overview" | "devices" | "credentials" | "templates" | "products" | "production" | "people";
}

export interface PageGroup {
  label: string;
  links: PageLink[];
}

export const PAGES: PageGroup[] = [
  {
    label: "Watch",
    links: [
      { to: "/", label: "Overview", key: "o", icon: "overview" },
      { to: "/devices", label: "Devices", key: "d", icon: "devices" },
    ],
  },
  {
    label: "Let devices in",
    links: [
      { to: "/credentials", label: "Credentials", key: "c", icon: "credentials" },
      { to: "/templates", label: "Templates", key: "t", icon: "templates" },
      { to: "/products", label: "Products", key: "p", icon: "products" },
      { to: "/production", label: "Production", key: "r", icon: "production" },
    ],
  },
  {
    label: "Server",
    links: [{ to: "/operators", label: "Operators", key: "u", icon: "people" }],
  },
];
