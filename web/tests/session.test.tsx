import { MantineProvider } from "@mantine/core";
import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { Operator } from "../src/api/types";
import { makeQueryClient } from "../src/app/queries";
import { permission, serverPermission } from "../src/session/roles";
import { newPasswordProblem } from "../src/session/newPassword";
import { stageOf, useOperator } from "../src/session/session";
import { SessionGate } from "../src/session/SessionGate";
import { serve, type Asked, type Canned } from "./server";

const ada: Operator = { name: "ada", displayName: "Ada", role: "operator", scope: null };
const signedIn = { signedIn: true, firstRun: false, operator: ada };

function Inside() {
  return <p>inside as {useOperator().name}</p>;
}

function show(): QueryClient {
  const client = makeQueryClient();
  render(
    <MantineProvider>
      <QueryClientProvider client={client}>
        <SessionGate>
          <Inside />
        </SessionGate>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return client;
}

const fill = (label: RegExp, value: string) =>
  fireEvent.change(screen.getByLabelText(label), { target: { value } });

describe("the stage", () => {
  it("is decided by what the server says", () => {
    expect(stageOf({ signedIn: false, firstRun: true })).toBe("first-run");
    expect(stageOf({ signedIn: false, firstRun: false })).toBe("sign-in");
    expect(stageOf({ signedIn: true, firstRun: false, operator: ada })).toBe("signed-in");
    expect(stageOf({ signedIn: true, firstRun: false })).toBe("sign-in");
  });
});

describe("permissions", () => {
  it("include those of the roles below, and say why not", () => {
    expect(permission(ada, "viewer").allowed).toBe(true);
    expect(permission(ada, "operator").allowed).toBe(true);
    const denied = permission(ada, "admin");
    expect(denied.allowed).toBe(false);
    expect(denied.why).toContain("needs the role admin");
    expect(denied.why).toContain("you are an operator");
    expect(permission(undefined, "viewer").allowed).toBe(false);
  });

  it("of the whole server are not for those limited to a scope", () => {
    const limited: Operator = { ...ada, role: "admin", scope: "0ne1" };
    expect(permission(limited, "admin").allowed).toBe(true);
    expect(serverPermission(limited, "admin").why).toContain("0ne1");
    expect(serverPermission({ ...limited, scope: null }, "admin").allowed).toBe(true);
  });
});

describe("a new password", () => {
  it("has 12 to 256 bytes, twice the same", () => {
    expect(newPasswordProblem("a".repeat(11), "a".repeat(11))).toContain("At least 12");
    expect(newPasswordProblem("a".repeat(12), "a".repeat(12))).toBe("");
    expect(newPasswordProblem("a".repeat(256), "a".repeat(256))).toBe("");
    expect(newPasswordProblem("a".repeat(257), "a".repeat(257))).toContain("At most 256");
    expect(newPasswordProblem("é".repeat(129), "é".repeat(129))).toContain("At most 256");
    expect(newPasswordProblem("a".repeat(12), "b".repeat(12))).toContain("differ");
  });
});

describe("the gate", () => {
  it("lets those in who are signed in", async () => {
    serve({ "GET /api/v1/session": { status: 200, body: signedIn } });
    show();
    expect(await screen.findByText("inside as ada")).toBeTruthy();
  });

  it("asks others to sign in, says what was wrong, and forgets the wrong password", async () => {
    let tries = 0;
    const answer = (): Canned => {
      tries += 1;
      if (tries === 1) {
        const detail = "the operator or the password is wrong";
        return { status: 401, body: { code: "unauthenticated", detail } };
      }
      return { status: 201, body: signedIn };
    };
    serve({
      "GET /api/v1/session": { status: 200, body: { signedIn: false, firstRun: false } },
      "POST /api/v1/session": answer,
    });
    show();
    await screen.findByRole("heading", { name: "Sign in" });
    fill(/^Operator/, "ada");
    fill(/^Password/, "wrong");
    fireEvent.click(screen.getByRole("button", { name: "Sign in" }));
    expect(await screen.findByText(/operator or the password is wrong/i)).toBeTruthy();
    await waitFor(() =>
      expect((screen.getByLabelText(/^Password/) as HTMLInputElement).value).toBe(""),
    );
    fill(/^Password/, "right");
    fireEvent.click(screen.getByRole("button", { name: "Sign in" }));
    expect(await screen.findByText("inside as ada")).toBeTruthy();
  });

  it("makes the first operator with the token, which is sent nowhere else", async () => {
    const asked: Asked[] = serve({
      "GET /api/v1/session": { status: 200, body: { signedIn: false, firstRun: true } },
      "POST /api/v1/operators": { status: 201, body: {} },
      "POST /api/v1/session": { status: 201, body: signedIn },
    });
    show();
    await screen.findByRole("heading", { name: "Welcome aboard" });
    const button = screen.getByRole("button", { name: /Make the operator/ });
    fireEvent.click(button);
    expect(asked.filter((each) => each.method === "POST")).toEqual([]);
    fill(/^Content of admin.token/, " t0ken\n");
    fill(/^Name to sign in with/, "ada");
    fill(/^Password/, "a long password");
    fill(/^The same password again/, "a long password");
    fireEvent.click(button);
    expect(await screen.findByText("inside as ada")).toBeTruthy();
    const [make, enter] = asked.filter((each) => each.method === "POST");
    expect(make?.headers.get("authorization")).toBe("Bearer t0ken");
    expect(make?.body).toEqual({ name: "ada", password: "a long password", role: "admin" });
    expect(enter?.headers.get("authorization")).toBeNull();
    expect(enter?.body).toEqual({ operator: "ada", password: "a long password" });
    expect(JSON.stringify({ ...localStorage })).not.toContain("t0ken");
  });

  it("shows the next one nothing of what the one before saw", async () => {
    serve({
      "GET /api/v1/session": { status: 200, body: { signedIn: false, firstRun: false } },
      "POST /api/v1/session": { status: 201, body: signedIn },
    });
    const client = show();
    client.setQueryData(["/fleet"], "seen by somebody else");
    await screen.findByRole("heading", { name: "Sign in" });
    fill(/^Operator/, "ada");
    fill(/^Password/, "right");
    fireEvent.click(screen.getByRole("button", { name: "Sign in" }));
    await screen.findByText("inside as ada");
    expect(client.getQueryData(["/fleet"])).toBeUndefined();
  });

  it("says that the server cannot be reached", async () => {
    serve({ "GET /api/v1/session": { status: 404, body: { detail: "gone", code: "not_found" } } });
    show();
    expect(await screen.findByText("Gone")).toBeTruthy();
  });
});
