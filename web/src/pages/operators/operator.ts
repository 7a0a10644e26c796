import type { Operator } from "../../api/types";

export interface OperatorRecord extends Operator {
  enabled: boolean;
  locked: boolean;
  createdAt: string;
  updatedAt: string;
  version: number;
}
