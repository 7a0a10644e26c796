// The two pages as people meet them, with canned answers.

import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { createMemoryRouter, RouterProvider } from "react-router";
import { describe, expect, it } from "vitest";
import type { Operator, Role } from "../src/api/types";
import { Decision } from "../src/pages/devices/Decision";
import { NoDevices } from "../src/pages/devices/NoDevices";
import { TrailDetail } from "../src/pages/device/TrailDetail";
import { TwinTab } from "../src/pages/device/TwinTab";
import type { Device } from "../src/pages/device/types";
import { OperatorProvider } from "../src/session/session";
import { serve } from "./server";

// Text areas that grow wait for fonts, of which happy-dom knows nothing.
Object.defineProperty(document, "fonts", { value: new EventTarget() });

const EVIL = '<img src=x onerror="alert(1)"><script>alert(2)</script>';

function show(node: ReactNode, role: Role = "operator") {
  const operator: Operator = { name: "ada", displayName: "Ada", role, scope: null };
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const router = createMemoryRouter([{ path: "*", element: node }]);
  return render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>
        <OperatorProvider value={operator}>
          <RouterProvider router={router} />
        </OperatorProvider>
      </QueryClientProvider>
    </MantineProvider>,
  );
}

const device = { hub: "hub-1", id: "pump-1", scope: "0ne1" } as Device;
const TWIN = "/api/v1/hubs/hub-1/devices/pump-1/twin";
const twin = (change: object) => ({
  tags: { site: "north" },
  desired: { interval: 5 },
  desiredVersion: 1,
  reported: { note: EVIL },
  reportedVersion: 1,
  updatedAt: "2026-01-01T10:00:00Z",
  etag: 4,
  ...change,
});

describe("the twin", () => {
  it("sends what was changed and the etag that was seen", async () => {
    const asked = serve({
      [`GET ${TWIN}`]: { status: 200, body: twin({}) },
      [`PATCH ${TWIN}`]: { status: 200, body: twin({ desired: { interval: 9 }, etag: 5 }) },
    });
    const { container } = show(<TwinTab device={device} />);
    const field = await screen.findByLabelText("desired as JSON");
    expect(container.querySelectorAll("img, script")).toHaveLength(0);
    fireEvent.change(field, { target: { value: '{"interval": 9, "mode": "eco"}' } });
    expect(screen.getByText(/berth twin update pump-1/).textContent).toContain("--etag 4");
    fireEvent.click(screen.getByRole("button", { name: "Save desired" }));
    await waitFor(() => expect(asked.some((each) => each.method === "PATCH")).toBe(true));
    const patch = asked.find((each) => each.method === "PATCH");
    expect(patch?.body).toEqual({ desired: { interval: 9, mode: "eco" } });
    expect(patch?.headers.get("If-Match")).toBe('"4"');
  });

  it("keeps what was typed when somebody else was faster, and shows both", async () => {
    let now = twin({});
    const asked = serve({
      [`GET ${TWIN}`]: () => ({ status: 200, body: now }),
      [`PATCH ${TWIN}`]: (request) =>
        request.headers.get("If-Match") === '"7"'
          ? { status: 200, body: twin({ desired: { interval: 9, mode: "eco" }, etag: 8 }) }
          : {
              status: 412,
              body: { title: "changed", code: "precondition_failed", detail: "it is another" },
            },
    });
    show(<TwinTab device={device} />);
    const field = await screen.findByLabelText("desired as JSON");
    fireEvent.change(field, { target: { value: '{"interval": 9}' } });
    now = twin({ desired: { interval: 5, mode: "eco" }, etag: 7 });
    fireEvent.click(screen.getByRole("button", { name: "Save desired" }));
    await screen.findByText(/Somebody else changed this twin/);
    fireEvent.click(screen.getByRole("button", { name: "Put mine on top" }));
    const typed = screen.getByLabelText<HTMLTextAreaElement>("desired as JSON").value;
    expect(JSON.parse(typed)).toEqual({ interval: 9, mode: "eco" });
    fireEvent.click(screen.getByRole("button", { name: "Save desired" }));
    await waitFor(() => expect(asked.filter((each) => each.method === "PATCH")).toHaveLength(2));
    expect(asked.at(-1)?.headers.get("If-Match") ?? '"7"').toBe('"7"');
  });

  it("cannot be written by a viewer", async () => {
    serve({ [`GET ${TWIN}`]: { status: 200, body: twin({}) } });
    show(<TwinTab device={device} />, "viewer");
    const field = await screen.findByLabelText<HTMLTextAreaElement>("desired as JSON");
    expect(field.readOnly).toBe(true);
    const save = screen.getByRole("button", { name: "Save desired" });
    expect(save.getAttribute("aria-disabled")).toBe("true");
  });
});

describe("a refused attempt", () => {
  it("is explained, as text, with the command that mends it", async () => {
    serve({
      "GET /api/v1/trails/t1": {
        status: 200,
        body: {
          id: "t1",
          startedAt: "2026-01-01T10:00:00Z",
          tookNanoseconds: 5,
          operation: "register",
          scope: "0ne1",
          registrationId: EVIL,
          dialect: "d",
          transport: "https",
          source: EVIL,
          host: EVIL,
          client: EVIL,
          outcome: "refused",
          reason: "proof_rejected",
          enrollment: null,
          hub: null,
          deviceId: null,
          steps: [
            {
              step: "attest",
              passed: false,
              detail: EVIL,
              expected: EVIL,
              received: EVIL,
              tookNanoseconds: 1,
            },
          ],
          findings: [
            { cause: "clock_wrong", proven: true, text: EVIL, mend: "look: berth doctor" },
          ],
          count: 2,
        },
      },
    });
    const { container } = show(<TrailDetail scope="0ne1" id="t1" />);
    await screen.findByText("berth doctor");
    expect(screen.getByText("Proven")).toBeTruthy();
    expect(screen.getByText("berth trail explain t1 --scope 0ne1")).toBeTruthy();
    expect(container.querySelectorAll("img, script")).toHaveLength(0);
    expect(container.textContent).toContain(EVIL);
  });
});

describe("a search that finds no device", () => {
  const where = "GET /api/v1/trails?scope=0ne1&registrationId=stranger&limit=1";

  it("says so when it tried to get in, and leads to its trail", async () => {
    const item = {
      id: "t1",
      startedAt: "2026-01-01T10:00:00Z",
      registrationId: "stranger",
      outcome: "refused",
      reason: "not_enrolled",
    };
    serve({ [where]: { status: 200, body: { items: [item], nextCursor: null } } });
    show(<NoDevices scope="0ne1" query="stranger" onClear={() => undefined} />);
    const link = await screen.findByRole("link", { name: "Show the trail" });
    expect(link.getAttribute("href")).toBe("/devices/0ne1/stranger/trail");
  });

  it("offers to clear the filters otherwise", async () => {
    serve({ [where]: { status: 200, body: { items: [], nextCursor: null } } });
    show(<NoDevices scope="0ne1" query="stranger" onClear={() => undefined} />);
    expect(await screen.findByRole("button", { name: "Clear the filters" })).toBeTruthy();
  });
});

describe("a device that waits", () => {
  it("is approved with one click, and is asked about before it is blocked", async () => {
    const asked = serve({
      "POST /api/v1/scopes/0ne1/registrations/a%2Fb/approve": { status: 200, body: {} },
      "POST /api/v1/scopes/0ne1/registrations/a%2Fb/block": { status: 200, body: {} },
    });
    show(<Decision scope="0ne1" id="a/b" status="waiting" />);
    fireEvent.click(screen.getByRole("button", { name: "Approve a/b" }));
    await waitFor(() => expect(asked).toHaveLength(1));
    expect(asked[0]?.url).toContain("/approve");
    fireEvent.click(screen.getByRole("button", { name: "Block a/b" }));
    const confirm = await screen.findByRole("button", { name: "Block" });
    expect(asked).toHaveLength(1);
    act(() => confirm.click());
    await waitFor(() => expect(asked).toHaveLength(2));
    expect(asked[1]?.url).toContain("/block");
  });

  it("cannot be decided by a viewer", () => {
    const asked = serve({});
    show(<Decision scope="0ne1" id="a" status="waiting" />, "viewer");
    fireEvent.click(screen.getByRole("button", { name: "Approve a" }));
    expect(asked).toHaveLength(0);
  });
});
