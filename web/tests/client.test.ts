import { describe, expect, it, vi } from "vitest";
import { api, onSignedOut, path, withQuery } from "../src/api/client";
import { Problem } from "../src/api/problem";
import { serve } from "./server";

const problemOf = async (promise: Promise<unknown>): Promise<Problem> => {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error("it was answered");
};

describe("paths", () => {
  it("encode each id and nothing else", () => {
    expect(path`/hubs/${"hub-1"}/devices/${"a/b#c?d e%2f\u00e9"}/twin`).toBe(
      "/hubs/hub-1/devices/a%2Fb%23c%3Fd%20e%252f%C3%A9/twin",
    );
    expect(path`/scopes/${".."}/hubs`).toBe("/scopes/../hubs");
  });

  it("leave empty parameters out of a query and encode the others", () => {
    const query = { a: "x&y=z", b: "", c: undefined, d: null, e: false, f: 0 };
    expect(withQuery("/fleet", query)).toBe("/fleet?a=x%26y%3Dz&e=false&f=0");
    expect(withQuery("/fleet", { a: "" })).toBe("/fleet");
  });
});

describe("requests", () => {
  it("say that they are the console's when they change something, and only then", async () => {
    const asked = serve({
      "GET /api/v1/scopes": { status: 200, body: { items: [] } },
      "POST /api/v1/scopes": { status: 201, body: {} },
      "DELETE /api/v1/scopes": { status: 204 },
    });
    await api.get("/scopes");
    await api.post("/scopes", { displayName: "x" });
    await api.delete("/scopes");
    expect(asked.map((each) => each.headers.get("x-berth-console"))).toEqual([null, "1", "1"]);
    expect(asked.map((each) => each.headers.get("content-type"))).toEqual([
      null,
      "application/json",
      null,
    ]);
    expect(asked[1]?.body).toEqual({ displayName: "x" });
  });

  it("send the version that was seen as an ETag, and no token unless given", async () => {
    const asked = serve({ "PATCH /api/v1/operators/ada": { status: 200, body: {} } });
    await api.patch("/operators/ada", { role: "admin" }, { version: 7 });
    await api.patch("/operators/ada", {}, { token: "t0ken" });
    expect(asked[0]?.headers.get("if-match")).toBe('"7"');
    expect(asked[0]?.headers.get("authorization")).toBeNull();
    expect(asked[1]?.headers.get("authorization")).toBe("Bearer t0ken");
  });

  it("answer nothing for an empty body", async () => {
    serve({ "DELETE /api/v1/session": { status: 204 } });
    await expect(api.delete("/session")).resolves.toBeUndefined();
  });
});

describe("problems", () => {
  it("carry what, why and how to mend it", async () => {
    const body = {
      title: "Conflict",
      status: 409,
      code: "conflict",
      detail: "the id is taken",
      mend: "choose another",
      requestId: "r-1",
    };
    serve({ "POST /api/v1/scopes": { status: 409, body } });
    const problem = await problemOf(api.post("/scopes", {}));
    expect(problem).toMatchObject({ title: "Conflict", code: "conflict", requestId: "r-1" });
    expect(problem.message).toBe("the id is taken");
    expect(problem.mend).toBe("choose another");
  });

  it("are made up where the answer is no problem document", async () => {
    serve({ "GET /api/v1/x": { status: 502, body: { title: 7, detail: ["no"] } } });
    const problem = await problemOf(api.get("/x"));
    expect(problem.status).toBe(502);
    expect(problem.title).toContain("502");
    expect(problem.mend).toBe("");
  });

  it("say that the server cannot be reached", async () => {
    serve({ "GET /api/v1/x": "down" });
    expect((await problemOf(api.get("/x"))).code).toBe("unreachable");
  });
});

describe("a session that the server no longer knows", () => {
  const refused = { status: 401, body: { code: "unauthenticated", detail: "no" } };

  it("is told once a request is refused", async () => {
    serve({ "GET /api/v1/fleet": refused });
    const told = vi.fn();
    const stop = onSignedOut(told);
    await problemOf(api.get("/fleet"));
    expect(told).toHaveBeenCalledTimes(1);
    stop();
    await problemOf(api.get("/fleet"));
    expect(told).toHaveBeenCalledTimes(1);
  });

  it("is not what a wrong password or a wrong first token means", async () => {
    serve({ "POST /api/v1/session": refused, "POST /api/v1/operators": refused });
    const told = vi.fn();
    const stop = onSignedOut(told);
    await problemOf(api.post("/session", {}));
    await problemOf(api.post("/operators", {}, { token: "wrong" }));
    expect(told).not.toHaveBeenCalled();
    stop();
  });
});
