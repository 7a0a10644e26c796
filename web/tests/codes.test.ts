import { describe, expect, it } from "vitest";
import { cliFlags, lifetime } from "../src/pages/credentials/cliHint";
import { pictureOf, stateOf } from "../src/pages/credentials/credential";
import { deriveDeviceKey, wrongKey } from "../src/pages/credentials/deriveKey";
import { EMPTY, prefilled, requestOf, wrongOf } from "../src/pages/credentials/form";
import { clockText } from "../src/pages/credentials/useRemaining";

// Vector D1 of the notes on the portal's protocol.
const GROUP_KEY = "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=";
const DEVICE_KEY = "UK8x4vxx3k5PQMtbzACJ29uKbnk5uXFIKyFVvUQv5aw=";

describe("a device's key", () => {
  it("is derived from the group's as vector D1 says", async () => {
    expect(await deriveDeviceKey(GROUP_KEY, "bob-phone-01")).toBe(DEVICE_KEY);
  });

  it("is that of the id in lower case, and of the key without blanks around it", async () => {
    expect(await deriveDeviceKey(` ${GROUP_KEY}\n`, " Bob-Phone-01 ")).toBe(DEVICE_KEY);
  });

  it("is another one for another device", async () => {
    expect(await deriveDeviceKey(GROUP_KEY, "bob-phone-02")).not.toBe(DEVICE_KEY);
  });

  it("is not derived from what is no key", async () => {
    await expect(deriveDeviceKey("not base64!", "d")).rejects.toThrow(/base64/);
  });
});

describe("a typed key", () => {
  it("has 16 to 64 bytes in base64", () => {
    expect(wrongKey(GROUP_KEY)).toBe("");
    expect(wrongKey("")).not.toBe("");
    expect(wrongKey(GROUP_KEY.slice(0, -1))).toMatch(/base64/);
    expect(wrongKey(btoa("x".repeat(15)))).toMatch(/this has 15/);
    expect(wrongKey(btoa("x".repeat(64)))).toBe("");
    expect(wrongKey(btoa("x".repeat(65)))).toMatch(/this has 65/);
  });
});

describe("the form", () => {
  const typed = { ...EMPTY, mode: "envelope", source: "typed", device: "bob-phone-01" } as const;

  it("asks for a group key for a new device and a device key for an existing one", () => {
    expect(Object.keys(wrongOf({ ...typed, isNew: true }))).toEqual(["groupKey"]);
    expect(Object.keys(wrongOf({ ...typed, isNew: false }))).toEqual(["deviceKey"]);
  });

  it("asks for no key for a claim", () => {
    expect(wrongOf({ ...EMPTY, device: "d", isNew: true })).toEqual({});
  });

  it("asks for a passphrase for a compatible code unless it is to be unencrypted", () => {
    const code = { ...typed, mode: "compatible", deviceKey: DEVICE_KEY } as const;
    expect(Object.keys(wrongOf(code))).toEqual(["passphrase"]);
    expect(wrongOf({ ...code, unencrypted: true })).toEqual({});
  });

  it("refuses ids that no device can have", () => {
    expect(wrongOf({ ...EMPTY, device: "<b>" }).device).toBeDefined();
    expect(wrongOf({ ...EMPTY, device: "x".repeat(129) }).device).toBeDefined();
  });

  it("sends what was derived from a group key, and not the key", async () => {
    const request = await requestOf({ ...typed, isNew: true, groupKey: GROUP_KEY }, "0ne1");
    expect(request.deviceKey).toBe(DEVICE_KEY);
    expect(JSON.stringify(request)).not.toContain(GROUP_KEY);
  });

  it("sends no key for a claim, whatever was typed before", async () => {
    const form = { ...EMPTY, device: "d", groupKey: GROUP_KEY, deviceKey: DEVICE_KEY };
    const request = await requestOf({ ...form, source: "typed", passphrase: "p" }, "s");
    const text = JSON.stringify(request);
    expect(text).not.toContain(GROUP_KEY);
    expect(text).not.toContain(DEVICE_KEY);
    expect(text).not.toContain("passphrase");
  });

  it("names the group and lets the server take the key", async () => {
    const form = { ...EMPTY, mode: "envelope", device: "d", isNew: true, group: "line-7" } as const;
    expect(await requestOf({ ...form, model: "dtmi:a:b;1" }, "s")).toEqual({
      mode: "envelope",
      scope: "s",
      deviceId: "d",
      enrollmentGroupId: "line-7",
      modelId: "dtmi:a:b;1",
      ttlSeconds: 900,
      pickup: true,
    });
  });

  it("takes what is no secret from the address, and looks at no key there", () => {
    const search = new URLSearchParams({
      device: "pump-7",
      model: "dtmi:a:b;1",
      deviceKey: DEVICE_KEY,
      groupKey: GROUP_KEY,
      key: GROUP_KEY,
      passphrase: "hush",
    });
    const form = prefilled(search);
    expect(form).toMatchObject({ device: "pump-7", model: "dtmi:a:b;1", isNew: true });
    expect(form).toMatchObject({ deviceKey: "", groupKey: "", passphrase: "" });
  });
});

describe("the command line beside the form", () => {
  it("has no secret in it", () => {
    const form = { ...EMPTY, mode: "envelope", source: "typed", device: "d" } as const;
    const secrets = { deviceKey: DEVICE_KEY, groupKey: GROUP_KEY, passphrase: "hush" };
    const text = JSON.stringify(cliFlags({ ...form, ...secrets }, "s"));
    expect(text).toContain("device-key-file");
    expect(text).toContain("passphrase-file");
    for (const secret of Object.values(secrets)) expect(text).not.toContain(secret);
  });

  it("says lifetimes as people do", () => {
    expect([30, 900, 7200, 604_800].map(lifetime)).toEqual(["30", "15m", "2h", "7d"]);
  });
});

describe("a code", () => {
  it("that is active is expired when its time is over", () => {
    const code = { state: "active", expiresAt: "2026-01-01T00:00:00Z" };
    expect(stateOf(code, Date.parse("2025-12-31T23:59:59Z"))).toBe("active");
    expect(stateOf(code, Date.parse("2026-01-01T00:00:00Z"))).toBe("expired");
    expect(stateOf({ ...code, state: "used" }, Date.parse("2027-01-01T00:00:00Z"))).toBe("used");
  });

  it("has its picture as an image, in which nothing is markup of the page", () => {
    const url = pictureOf('<svg onload="alert(1)">"#?</svg>');
    expect(url).toMatch(/^data:image\/svg\+xml;charset=utf-8,[^<>"#?]*$/);
  });

  it("counts down", () => {
    expect([0, 59, 61, 3_661].map(clockText)).toEqual(["00:00", "00:59", "01:01", "1:01:01"]);
  });
});
