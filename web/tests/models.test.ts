import { describe, expect, it } from "vitest";
import { wrongObject } from "../src/pages/templates/JsonField";
import { templatePage } from "../src/pages/templates/links";
import { capabilitiesOf, localized, schemaText } from "../src/pages/templates/model";
import { jsonError, placesOf } from "../src/pages/templates/positions";

const PUMP = "dtmi:com:example:Pump;1";
const MOTOR = "dtmi:com:example:Motor;2";

describe("what a model says", () => {
  it("is read with its components and what it extends", () => {
    const model = [
      {
        "@id": PUMP,
        "@type": "Interface",
        extends: "dtmi:com:example:Thing;1",
        contents: [
          { "@type": ["Telemetry", "Temperature"], name: "t", schema: "double", unit: "kelvin" },
          { "@type": "Component", name: "motor", schema: MOTOR },
        ],
      },
      { "@id": MOTOR, contents: [{ "@type": "Command", name: "stop" }] },
      {
        "@id": "dtmi:com:example:Thing;1",
        contents: [{ "@type": "Property", name: "name", schema: "string", writable: true }],
      },
    ];
    const found = capabilitiesOf(model, PUMP);
    expect(found.map(({ kind, name, from }) => [kind, name, from])).toEqual([
      ["Telemetry", "t", ""],
      ["Component", "motor", ""],
      ["Command", "stop", "motor"],
      ["Property", "name", ""],
    ]);
    expect(found[0]).toMatchObject({ schema: "double", unit: "kelvin", writable: false });
    expect(found[3]).toMatchObject({ writable: true });
  });

  it("ends although the model contains itself", () => {
    const contents = [{ "@type": "Component", name: "again", schema: PUMP }];
    expect(capabilitiesOf({ "@id": PUMP, contents, extends: PUMP }, PUMP)).toHaveLength(1);
  });

  it("ends although interfaces use each other many times over", () => {
    const ids = Array.from({ length: 30 }, (_, at) => `dtmi:x:n${at};1`);
    const model = ids.map((id) => ({
      "@id": id,
      contents: ids.map((other, at) => ({ "@type": "Component", name: `c${at}`, schema: other })),
    }));
    expect(capabilitiesOf(model, ids[0] ?? "").length).toBeLessThanOrEqual(2_000);
  });

  it("is nothing, of what is no model", () => {
    const others = [7, "text", [], [null], { contents: "x" }, { contents: [7] }];
    for (const none of [null, undefined, ...others]) {
      expect(capabilitiesOf(none, PUMP)).toEqual([]);
    }
  });

  it("puts schemas into words", () => {
    const values = [{ name: "idle" }, { name: "busy" }];
    expect(schemaText({ "@type": "Enum", enumValues: values })).toBe("enum: idle, busy");
    expect(schemaText({ "@type": "Array", elementSchema: "double" })).toBe("array of double");
    expect(schemaText({ "@type": "Map", mapValue: { schema: "long" } })).toBe("map of long");
    expect(schemaText(MOTOR)).toBe("Motor");
    expect(schemaText(undefined)).toBe("");
  });

  it("is English where there are several languages", () => {
    expect(localized({ de: "Pumpe", en: "Pump" })).toBe("Pump");
    expect(localized({ de: "Pumpe" })).toBe("Pumpe");
    expect(localized(7)).toBe("");
  });
});

describe("a JSON pointer", () => {
  const text = '{\n  "a/b": [1,\n    {"~": "x\\"}]"}],\n  "c": null\n}';
  const place = (pointer: string) => {
    const { from, to, line } = placesOf(text)(pointer);
    return [text.slice(from, to), line];
  };

  it("leads to its value and line", () => {
    expect(place("/a~1b/0")).toEqual(["1", 2]);
    expect(place("/a~1b/1/~0")).toEqual(['"x\\"}]"', 3]);
    expect(place("/c")).toEqual(["null", 4]);
    expect(place("")).toEqual([text, 1]);
  });

  it("to what is not there leads to what is around it", () => {
    expect(place("/a~1b/1/none/deeper")).toEqual(['{"~": "x\\"}]"}', 3]);
    expect(place("/none")).toEqual([text, 1]);
  });

  it("ends in texts that are deep or broken", () => {
    expect(placesOf("[".repeat(5_000))("/0/0").line).toBe(1);
    expect(placesOf('{"a')("/a").line).toBe(1);
  });
});

describe("a text that is no JSON", () => {
  it("says in which line", () => {
    expect(jsonError('{"a": 1}')).toBeUndefined();
    expect(jsonError('{\n"a": 1,\n}')?.line).toBe(3);
  });

  it("or no object is refused as tags", () => {
    expect(wrongObject('{"site": "north"}')).toBe("");
    expect(wrongObject("")).toBe("");
    expect(wrongObject("[1]")).not.toBe("");
    expect(wrongObject("{")).toMatch(/^Line 1/);
  });
});

describe("the address of a template", () => {
  it("encodes its id", () => {
    expect(templatePage("dtmi:a:b;1", "twin")).toBe("/templates/dtmi%3Aa%3Ab%3B1/twin");
    expect(templatePage("urn:../x?#")).toBe("/templates/urn%3A..%2Fx%3F%23");
  });
});
