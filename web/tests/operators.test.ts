import { describe, expect, it } from "vitest";
import { bodyOf, draftOf, type OperatorRecord } from "../src/pages/operators/operator";

const ada: OperatorRecord = {
  name: "ada",
  displayName: "Ada",
  role: "operator",
  scope: "0ne1",
  enabled: true,
  locked: false,
  createdAt: "2026-05-01T12:00:00Z",
  updatedAt: "2026-05-01T12:00:00Z",
  version: 3,
};

describe("what is sent of an operator", () => {
  it("is all of a new one that was filled in", () => {
    const draft = { ...draftOf(), name: "bo", password: "a long password" };
    expect(bodyOf(draft)).toEqual({ name: "bo", role: "viewer", password: "a long password" });
    expect(bodyOf({ ...draft, scope: "0ne1", displayName: "Bo" })).toMatchObject({
      scope: "0ne1",
      displayName: "Bo",
    });
  });

  it("is what differs of a changed one", () => {
    expect(bodyOf(draftOf(ada), ada)).toEqual({});
    const draft = { ...draftOf(ada), role: "admin" as const, scope: "", displayName: "" };
    expect(bodyOf(draft, ada)).toEqual({ role: "admin", scope: null, displayName: null });
    expect(bodyOf({ ...draftOf(ada), enabled: false, password: "x" }, ada)).toEqual({
      enabled: false,
      password: "x",
    });
  });
});
