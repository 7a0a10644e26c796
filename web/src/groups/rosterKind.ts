// The two kinds of rosters: names of a product's devices, serials of a production template.

export interface RosterKind {
  one: string;
  many: string;
  hasPasswords: boolean;
  cli: string; // the noun of the command line
  groupFlag: string;
  verbs: { disable: string; enable: string };
}

export const DEVICES: RosterKind = {
  one: "device",
  many: "devices",
  hasPasswords: false,
  cli: "product device",
  groupFlag: "product-id",
  verbs: { disable: "disable", enable: "enable" },
};

export const SERIALS: RosterKind = {
  one: "serial",
  many: "serials",
  hasPasswords: true,
  cli: "thing serial",
  groupFlag: "template",
  verbs: { disable: "revoke", enable: "restore" },
};
