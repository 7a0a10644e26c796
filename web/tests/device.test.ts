import { describe, expect, it } from "vitest";
import type { FleetItem } from "../src/api/types";
import { keySourceOf } from "../src/pages/device/keySource";
import { nameProblem, payloadOf } from "../src/pages/device/payload";
import { connectionString, snippetsFor, type Place } from "../src/pages/device/snippets";
import type { Device, DeviceEnrollment, Registration } from "../src/pages/device/types";
import { kindOf, rowOf, type DeviceFacts } from "../src/pages/device/useDevice";
import { duration, mendParts } from "../src/pages/device/words";

const facts = (change: Partial<DeviceFacts>): DeviceFacts => ({
  scope: "0ne1",
  id: "pump-1",
  kind: "unknown",
  row: null,
  registration: null,
  enrollment: null,
  device: null,
  ...change,
});
const device = (attestation: string | null, registration: string | null = "pump-1") =>
  ({ hub: "hub-1", id: "pump-1", attestation, registration }) as Device;
const enrollment = (kind: "individual" | "group", type: string) =>
  ({ kind, id: "e", attestation: { type } }) as DeviceEnrollment;

describe("what an id stands for", () => {
  it("is told by what there is of it", () => {
    expect(kindOf(facts({}))).toBe("unknown");
    expect(kindOf(facts({ registration: {} as Registration }))).toBe("registered");
    expect(kindOf(facts({ enrollment: enrollment("individual", "tpm") }))).toBe("enrolled");
    expect(kindOf(facts({ row: {} as FleetItem }))).toBe("enrolled");
    expect(kindOf(facts({ device: device("symmetric_key", null) }))).toBe("identity");
  });

  it("is the very id before one that differs in case, at the hub that was asked for", () => {
    const rows = [
      { id: "PUMP", hub: "hub-1" },
      { id: "pump", hub: "hub-2" },
      { id: "pump-2", hub: null },
    ] as FleetItem[];
    expect(rowOf(rows, "pump", "")).toBe(rows[1]);
    expect(rowOf(rows, "Pump", "")).toBe(rows[0]);
    expect(rowOf(rows, "pump", "hub-1")).toBe(rows[0]);
    expect(rowOf(rows, "pum", "")).toBeNull();
  });
});

describe("the keys that the panel shows", () => {
  it("are those at the hub before those of the enrollment", () => {
    const both = facts({
      device: device("symmetric_key"),
      enrollment: enrollment("individual", "symmetric_key"),
    });
    expect(keySourceOf(both)).toEqual({ from: "device", hub: "hub-1", id: "pump-1" });
    expect(keySourceOf({ ...both, device: null })).toEqual({
      from: "enrollment",
      scope: "0ne1",
      id: "e",
    });
  });

  it("are never those of a group", () => {
    expect(keySourceOf(facts({ enrollment: enrollment("group", "symmetric_key") }))).toEqual({
      from: "none",
      why: "group",
    });
  });

  it("are none for certificates, TPMs and passwords", () => {
    const why = (source: ReturnType<typeof keySourceOf>) =>
      source.from === "none" ? source.why : source.from;
    expect(why(keySourceOf(facts({ device: device("x509_ca") })))).toBe("certificate");
    expect(why(keySourceOf(facts({ device: device("password") })))).toBe("password");
    expect(why(keySourceOf(facts({ enrollment: enrollment("individual", "tpm") })))).toBe("tpm");
    expect(why(keySourceOf(facts({})))).toBe("unknown");
  });
});

describe("programs to paste", () => {
  const place: Place = {
    scope: "0ne1",
    host: "berth.example",
    registrationId: 'a"b',
    hubHost: null,
    deviceId: "a",
    key: null,
  };

  it("quote ids and hold no key that is not shown", () => {
    const text = snippetsFor(place, true)
      .map((snippet) => snippet.text)
      .join("");
    expect(text).toContain('"a\\"b"');
    expect(text).toContain("<primary key>");
    const shown = snippetsFor({ ...place, key: "c2VjcmV0" }, true);
    expect(shown.every((snippet) => snippet.text.includes("c2VjcmV0"))).toBe(true);
  });

  it("are those of a hub when there is one, and register when the device can", () => {
    const ids = (hubHost: string | null, registers: boolean) =>
      snippetsFor({ ...place, hubHost }, registers).map((snippet) => snippet.id);
    expect(ids(null, true)).toEqual(["python", "node"]);
    expect(ids("h", false)).toEqual(["string", "mqtt"]);
    expect(connectionString("h", "d", "k")).toBe("HostName=h;DeviceId=d;SharedAccessKey=k");
  });
});

describe("what mends it", () => {
  it("is taken apart into words and a command to copy", () => {
    expect(mendParts("berth doctor")).toEqual({ text: "", command: "berth doctor" });
    expect(mendParts("compare its clock: berth doctor")).toEqual({
      text: "compare its clock:",
      command: "berth doctor",
    });
    expect(mendParts("as `berth tpm show` says it")).toEqual({
      text: "as `berth tpm show` says it",
      command: "berth tpm show",
    });
    expect(mendParts("wait a while")).toEqual({ text: "wait a while", command: "" });
  });
});

describe("a method call", () => {
  it("has JSON or nothing for its payload", () => {
    expect(payloadOf(" ")).toEqual({ given: false });
    expect(payloadOf("null")).toEqual({ given: true, value: null });
    expect(payloadOf("{").problem).toBeTruthy();
  });

  it("has a name that the server takes", () => {
    expect(nameProblem("reboot now")).toBeNull();
    for (const wrong of ["a/b", "a?", "#", "+", "ü", "x".repeat(129)]) {
      expect(nameProblem(wrong)).not.toBeNull();
    }
  });
});

describe("durations", () => {
  it("are written in the unit that fits", () => {
    expect(duration(900)).toBe("900 ns");
    expect(duration(81_000)).toBe("81 µs");
    expect(duration(1_240_000)).toBe("1.2 ms");
    expect(duration(2_500_000_000)).toBe("2.5 s");
  });
});
