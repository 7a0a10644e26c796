import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { configure, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { createMemoryRouter, RouterProvider } from "react-router";
import { describe, expect, it, vi } from "vitest";
import type { Operator, Role } from "../src/api/types";
import { makeQueryClient } from "../src/app/queries";
import Credentials from "../src/pages/credentials";
import { ScopeProvider } from "../src/scope/scope";
import { OperatorProvider } from "../src/session/session";

const GROUP_KEY = "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=";
const DEVICE_KEY = "UK8x4vxx3k5PQMtbzACJ29uKbnk5uXFIKyFVvUQv5aw=";
const EVIL = '<img src=x onerror="alert(1)">';
const SCOPE = "0ne00000A1B";

const scope = { id: SCOPE, displayName: EVIL, enabled: true, compatibleCodes: false, version: 1 };
const made = {
  id: "5635f3e3df5635f3e3df5635f3e3df01",
  mode: "envelope",
  scope: SCOPE,
  deviceId: "bob-phone-01",
  modelId: null,
  enrollment: null,
  encrypted: true,
  pickupKind: "letters",
  state: "active",
  createdBy: EVIL,
  createdAt: "2026-01-01T00:00:00Z",
  expiresAt: "2026-01-01T00:15:00Z",
  usedAt: null,
  code: "https://berth.example/c/1#e30",
  qr: { png: "data:image/png;base64,AA==", svg: `<svg>${EVIL}</svg>` },
  pickup: "7K2M-9QRT-XC",
  numeric: null,
  warnings: [EVIL],
};

interface Sent {
  method: string;
  url: string;
  whole: string; // address, headers and body
}

function serve(): Sent[] {
  const sent: Sent[] = [];
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    const method = init.method ?? "GET";
    const headers = [...new Headers(init.headers).entries()].join("\n");
    sent.push({ method, url, whole: `${url}\n${headers}\n${String(init.body ?? "")}` });
    const where = url.split("?")[0];
    const body =
      where === "/api/v1/scopes"
        ? { items: [scope], nextCursor: null }
        : method === "POST" || where?.endsWith(made.id)
          ? made
          : { items: [], nextCursor: null };
    return Promise.resolve(new Response(JSON.stringify(body), { status: 200 }));
  });
  return sent;
}

function show(where: string, role: Role = "operator") {
  const operator: Operator = { name: "ada", displayName: "Ada", role, scope: null };
  const page = (
    <ScopeProvider>
      <Credentials />
    </ScopeProvider>
  );
  const router = createMemoryRouter([{ path: "/credentials/*", element: page }], {
    initialEntries: [where],
  });
  const shown = render(
    <MantineProvider env="test">
      <QueryClientProvider client={makeQueryClient()}>
        <OperatorProvider value={operator}>
          <RouterProvider router={router} />
        </OperatorProvider>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { ...shown, router };
}

// By their ids and texts: asking by role costs seconds on a page of this size.
const field = (name: string) =>
  waitFor(() => {
    const found = document.getElementById(`code-${name}`);
    if (found === null) throw new Error(`there is no field ${name}`);
    return found;
  });
async function press(label: string): Promise<void> {
  const text = await screen.findByText(label);
  const radio = document.getElementById(text.closest("label")?.htmlFor ?? "");
  fireEvent.click(radio ?? text.closest("button") ?? text);
}

const SLOW = { timeout: 120_000 }; // on a machine with much else to do
configure({ asyncUtilTimeout: 60_000 });

describe("the credentials portal", () => {
  it("sends a key derived from the group key, and the group key never", SLOW, async () => {
    const sent = serve();
    const { container, router } = show(
      `/credentials?mode=envelope&new=true&device=bob-phone-01&groupKey=${encodeURIComponent("x")}`,
    );
    await press("Type it");
    fireEvent.change(await field("groupKey"), { target: { value: GROUP_KEY } });
    await press("Generate code");
    await screen.findByText("7K2M-9QRT-XC", { selector: "code" });

    const post = sent.find((each) => each.method === "POST");
    expect(post?.url).toBe("/api/v1/credentials");
    expect(post?.whole).toContain(DEVICE_KEY);
    for (const each of sent) {
      expect(each.whole).not.toContain(GROUP_KEY);
      expect(each.whole).not.toContain(encodeURIComponent(GROUP_KEY));
    }
    const { location } = router.state;
    expect(`${location.pathname}${location.search}`).not.toContain(GROUP_KEY.slice(0, 12));
    expect(JSON.stringify({ ...localStorage, ...sessionStorage })).not.toContain(GROUP_KEY);
    expect(container.innerHTML).not.toContain(GROUP_KEY);
  });

  it("shows what the server says as text, and its picture as an image", SLOW, async () => {
    serve();
    const { container } = show("/credentials?mode=claim&new=true&device=bob-phone-01");
    await press("Generate code");
    await screen.findByText(EVIL, { selector: "li *" });
    const images = Array.from(document.querySelectorAll("img"));
    expect(images.length).toBeGreaterThan(0);
    for (const image of images) expect(image.src).toMatch(/^data:image\/svg\+xml/);
    expect(container.querySelector("svg img, [onerror]")).toBeNull();
  });

  it("says before it asks what is missing, and asks nothing", SLOW, async () => {
    const sent = serve();
    show("/credentials?mode=envelope&new=true");
    await press("Generate code");
    expect(await screen.findByText(/An id is 1 to 128/)).toBeTruthy();
    expect(screen.getByText("Choose a group of the scope.")).toBeTruthy();
    expect(sent.some((each) => each.method === "POST")).toBe(false);
  });

  it("offers no compatible code while the scope allows none", SLOW, async () => {
    serve();
    show("/credentials");
    const card = (await screen.findByText("Compatible")).closest("button");
    expect(card?.disabled).toBe(true);
    expect(screen.getByText(/Compatible codes are off in this scope/)).toBeTruthy();
  });

  it("lets a viewer look but not make one, and says why", SLOW, async () => {
    const sent = serve();
    show("/credentials?device=d", "viewer");
    const button = (await screen.findByText("Generate code")).closest("button");
    expect(button?.getAttribute("aria-description")).toMatch(/needs the role operator/);
    await press("Generate code");
    await waitFor(() => expect(screen.getByText("Codes are for operators")).toBeTruthy());
    expect(sent.some((each) => each.method === "POST")).toBe(false);
  });
});
