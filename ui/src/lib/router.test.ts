// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { auditPath, cutsPath, parseRoute, taskPath, type Route } from "./router";

const task = (aspect: string) => ({ campaign: "may 24", clip: "a/b", aspect });
const pathOf = (path: string) => new URL(path, "http://desk").pathname;

describe("an address", () => {
  it.each<[string, Route]>([
    ["/", { page: "queue" }],
    ["/search", { page: "search" }],
    ["/audits", { page: "audits" }],
    [auditPath("x y"), { page: "audit", audit: "x y" }],
    [auditPath("x", 7), { page: "audit-item", audit: "x", number: 7 }],
    [cutsPath("sha256:1", 12), { page: "cuts", video: "sha256:1" }],
    [taskPath(task("labels"), "label"), { page: "labels", task: task("labels") }],
    [taskPath(task("camera"), "correct"), { page: "caption", task: task("camera") }],
    [taskPath(task("camera"), "review"), { page: "review", task: task("camera") }],
  ])("%s opens its page", (path, route) => expect(parseRoute(pathOf(path))).toEqual(route));

  it.each(["/search/x", "/search/x/y", "/audits/x/y", "/audits/x/1/2", "/board/x", "/task/a/b", "/queue", "/constructor"])(
    "%s opens none", (path) => expect(parseRoute(path)).toEqual({ page: "lost" }),
  );
});
