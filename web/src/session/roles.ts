// Who may do what: each role includes the one before it. The server decides; this only says so
// before somebody tries.

import type { Operator, Role } from "../api/types";

const RANK: Record<Role, number> = { viewer: 0, operator: 1, admin: 2 };

export const includes = (has: Role, needs: Role): boolean => RANK[has] >= RANK[needs];

export interface Permission {
  allowed: boolean;
  why: string; // empty when allowed
}

const ARTICLE: Record<Role, string> = { viewer: "a", operator: "an", admin: "an" };

export function permission(operator: Operator | undefined, needs: Role): Permission {
  if (operator === undefined) return { allowed: false, why: "You are not signed in." };
  if (includes(operator.role, needs)) return { allowed: true, why: "" };
  return {
    allowed: false,
    why:
      `This needs the role ${needs}; you are ${ARTICLE[operator.role]} ${operator.role}. ` +
      "An admin can change that.",
  };
}

// Things of the whole server are not for those who are limited to one scope.
export function serverPermission(operator: Operator | undefined, needs: Role): Permission {
  const given = permission(operator, needs);
  if (!given.allowed || operator?.scope == null) return given;
  return { allowed: false, why: `You are limited to the scope ${operator.scope}.` };
}
