// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { isTextField, spell } from "./keys";

const press = (init: KeyboardEventInit) => spell(new KeyboardEvent("keydown", init));

describe("the spelling of a key", () => {
  it("does not hang on the layout", () => {
    expect(press({ key: "i", code: "KeyI" })).toBe("I");
    expect(press({ key: "I", code: "KeyI", shiftKey: true })).toBe("Shift+I");
    expect(press({ key: "?", code: "Minus", shiftKey: true })).toBe("?");
    expect(press({ key: "=", code: "Digit0", shiftKey: true })).toBe("=");
    expect(press({ key: "@", code: "Digit2", shiftKey: true })).toBe("Shift+2");
    expect(press({ key: "z", code: "KeyY" })).toBe("Z");
    expect(press({ key: " ", code: "Space" })).toBe("Space");
  });
  it("sees through what Alt makes of a letter", () => {
    expect(press({ key: "˚", code: "KeyK", altKey: true })).toBe("Alt+K");
    expect(press({ key: "ArrowLeft", code: "ArrowLeft", altKey: true })).toBe("Alt+ArrowLeft");
  });
  it("takes the command key for Ctrl", () => {
    expect(press({ key: "Enter", code: "Enter", metaKey: true })).toBe("Ctrl+Enter");
  });
});

it("knows text fields", () => {
  expect(isTextField(document.createElement("textarea"))).toBe(true);
  expect(isTextField(Object.assign(document.createElement("input"), { type: "radio" }))).toBe(false);
  expect(isTextField(document.createElement("button"))).toBe(false);
});
