/**
 * The keyboard, in one place: pages say which keys they have while they are shown, the overlay lists exactly those.
 * With the focus in a text field only keys marked `transport` work, with Alt held; Ctrl+Enter and the like always do.
 */
import { useEffect, useRef, useSyncExternalStore } from "react";

export interface Binding {
  /** Spelt as `spell` spells them: "Shift+I", "ArrowLeft", "Ctrl+Enter", "?". The first is the one that is shown. */
  keys: string[];
  label: string;
  /** False: not for me after all, the browser may have it. */
  run: (event: KeyboardEvent) => unknown;
  /** Moves the player: works in text fields with Alt held. */
  transport?: boolean;
  /** Works in text fields as it is. */
  inText?: boolean;
  /** Left out of the overlay (an alias). */
  hidden?: boolean;
}
export interface KeyGroup {
  title: string;
  bindings: Binding[];
}

const stack: { current: KeyGroup }[] = [];
const listeners = new Set<() => void>();
let shown: KeyGroup[] = [];
const tell = () => {
  shown = stack.map((entry) => entry.current);
  listeners.forEach((listener) => listener());
};
/** While a dialog is open the page behind it gets no keys. */
let modals = 0;
export function holdKeys(): () => void {
  modals += 1;
  return () => void (modals -= 1);
}

const SIGNS = new Set(["?", "<", ">", "=", ",", ".", "[", "]"]);

/** One spelling for a key press, whatever the layout: signs as signs, letters and digits with their modifiers. */
export function spell(event: KeyboardEvent): string {
  const ctrl = event.ctrlKey || event.metaKey ? "Ctrl+" : "";
  const alt = event.altKey ? "Alt+" : "";
  if (SIGNS.has(event.key)) return ctrl + alt + event.key;
  const shift = event.shiftKey ? "Shift+" : "";
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code);
  if (digit) return ctrl + alt + shift + digit[1];
  // With Alt held some systems write another letter ("˙" for h): the key's place on the keyboard tells the letter.
  const letter = /^Key([A-Z])$/.exec(event.code);
  if (letter && (event.altKey || !/^\p{L}$/u.test(event.key))) return ctrl + alt + shift + letter[1];
  const name = event.key === " " ? "Space" : event.key.length === 1 ? event.key.toUpperCase() : event.key;
  return ctrl + alt + shift + name;
}

export function isTextField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true;
  return target instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit", "range"].includes(target.type);
}

function isNative(target: EventTarget | null, spelt: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLSelectElement) return !spelt.startsWith("Ctrl+");
  if (spelt === "Enter" || spelt === "Space") return target.closest("button, a, summary, input, [role=option]") !== null;
  return false;
}

export function dispatch(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || modals > 0) return;
  const spelt = spell(event);
  const inText = isTextField(event.target);
  if (!inText && isNative(event.target, spelt)) return;
  for (let i = stack.length - 1; i >= 0; i -= 1) {
    for (const binding of stack[i]!.current.bindings) {
      const found = inText
        ? (binding.inText && binding.keys.includes(spelt)) ||
          (binding.transport && event.altKey && binding.keys.includes(spelt.replace("Alt+", ""))) ||
          (binding.transport && binding.keys.includes(spelt) && spelt.startsWith("Alt+"))
        : binding.keys.includes(spelt);
      if (found) {
        if (binding.run(event) !== false) event.preventDefault();
        return;
      }
    }
  }
}
window.addEventListener("keydown", dispatch);

/** Give the page these keys while the component is shown. Later ones win. */
export function useKeys(group: KeyGroup): void {
  const entry = useRef({ current: group });
  useEffect(() => {
    const changed = entry.current.current.bindings.length !== group.bindings.length;
    entry.current.current = group;
    if (changed) tell();
  });
  useEffect(() => {
    const mine = entry.current;
    stack.push(mine);
    tell();
    return () => {
      stack.splice(stack.indexOf(mine), 1);
      tell();
    };
  }, []);
}

export function useKeyGroups(): KeyGroup[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => shown,
  );
}

const SHOWN: Record<string, string> = {
  ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc",
};
export function showKey(key: string): string {
  return key.split("+").map((part) => SHOWN[part] ?? part).join(" ") || key;
}

/** Out of the field that is written in: Esc on most pages. */
export function leaveField(): void {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}
