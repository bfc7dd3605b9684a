import { expect, it } from "vitest";
import { Turns } from "./turns";

it("lets no more than so many begin, urgent ones first, then the latest", () => {
  const turns = new Turns(2);
  const begun: string[] = [];
  const ask = (name: string, urgent = false) => turns.ask(() => begun.push(name), urgent);
  const a = ask("a");
  ask("b");
  ask("c");
  const d = ask("d");
  ask("urgent", true);
  ask("e");
  expect(begun).toEqual(["a", "b"]);
  a();
  a(); // once is enough
  expect(begun).toEqual(["a", "b", "urgent"]);
  d(); // not wanted any more
  const go = [ask("f")];
  expect(begun).toHaveLength(3);
  go[0]!();
});

it("goes on when one that runs is given up", () => {
  const turns = new Turns(1);
  const begun: string[] = [];
  const first = turns.ask(() => begun.push("first"));
  const second = turns.ask(() => begun.push("second"));
  turns.ask(() => begun.push("third"));
  second();
  first();
  expect(begun).toEqual(["first", "third"]);
});
