/** A stand-in for the server while only the pages are worked on: one clip, a few tasks, kept in memory. */
import { execFileSync } from "node:child_process";
import { createReadStream, statSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Plugin } from "vite";

const clip = process.env["VIDEOLECT_MOCK_CLIP"] ?? "clip.mp4";
const person = { id: "ann", name: "Ann", roles: ["labeller", "captioner", "reviewer", "lead"] };
let signedIn = true;

function timeline() {
  const out = JSON.parse(
    execFileSync("ffprobe", ["-v", "error", "-select_streams", "v:0", "-show_entries", "packet=pts,duration:stream=time_base", "-of", "json", clip], { maxBuffer: 1 << 28 }).toString(),
  ) as { packets: { pts: number; duration: number }[]; streams: { time_base: string }[] };
  const pts = out.packets.map((p) => p.pts).sort((a, b) => a - b);
  const runs: [number, number][] = [];
  for (let i = 1; i < pts.length; i += 1) {
    const d = pts[i]! - pts[i - 1]!;
    const last = runs.at(-1);
    if (last && last[0] === d) last[1] += 1;
    else runs.push([d, 1]);
  }
  return { time_base: out.streams[0]!.time_base.split("/").map(Number), start_pts: pts[0], end_pts: pts.at(-1)! + out.packets[0]!.duration, offset_s: 0, runs, hash: "t", frames: pts.length };
}

const DRAFT =
  "The camera holds a static, level position at eye height as a pink-tinted sky fills the frame, then pans down slowly to reveal a bright meadow with a stream. Midway the shot pushes in on a small bird perched on a bare branch, rendered with a deep depth of field that keeps the background sharp. The movement is smooth throughout, at a slow pace, and the lens shows no visible distortion. 🎬 Toward the end the camera rolls clockwise by a few degrees.";
const fields = [
  { id: "shot_transition", title: "Transition between shots", question: "Does the clip cut, fade, wipe or dissolve from one shot to another?", help: "A clip with a transition is more than one shot. Then only the questions about the whole clip are asked.", kind: "flag", group: "clip", options: [] },
  { id: "video_speed", title: "Playback speed", question: "Does time in the clip pass as it did in front of the camera?", help: "Judge by things whose natural pace you know.", kind: "choice", group: "clip", neutral: "regular", applies_when: { any: [{ field: "shot_transition", answered: false }, { field: "shot_transition", is: false }] }, options: [["regular", "As it was"], ["slow_motion", "Slow motion"], ["fast_motion", "Fast motion"], ["time_lapse", "Time-lapse"], ["speed_ramp", "The speed changes"]].map(([value, title]) => ({ value, title })) },
  { id: "camera_movement", title: "Amount of camera movement", question: "Leaving shake aside, does the camera travel, turn or zoom on purpose?", help: "Simple: one movement, or several that a sentence can name.", kind: "choice", group: "camera", options: [["no", "No: it stays where it is"], ["minor", "Slightly: you have to look for it"], ["major_simple", "Clearly and simply"], ["major_complex", "Clearly and in a complex way"]].map(([value, title]) => ({ value, title })) },
  { id: "camera_pan", title: "Pan", question: "Does the camera turn left or right on the spot?", help: "", kind: "choice", group: "directions", neutral: "no", applies_when: { field: "camera_movement", in: ["minor", "major_simple", "major_complex"] }, options: [["no", "No"], ["left_to_right", "To the right"], ["right_to_left", "To the left"]].map(([value, title]) => ({ value, title })) },
  { id: "tracking", title: "Tracking", question: "How does the camera follow?", help: "", kind: "list", group: "directions", applies_when: { field: "camera_movement", in: ["minor", "major_simple", "major_complex"] }, options: [["side", "From the side"], ["tail", "From behind"]].map(([value, title]) => ({ value, title })) },
  { id: "movement_order", title: "Order of the movements", question: "Which movement comes first, and which follows?", help: "", kind: "order", group: "directions", applies_when: { field: "camera_movement", in: ["minor", "major_simple", "major_complex"] }, options: [{ value: "pan_right", title: "Pan right", when: { field: "camera_pan", is: "left_to_right" } }, { value: "tilt", title: "Tilt" }] },
  { id: "complex", title: "Description", question: "What does the camera do, in order of time?", help: "Whole sentences.", kind: "text", group: "directions", applies_when: { field: "camera_movement", is: "major_complex" }, options: [] },
];
const spec = {
  version: "0.1.0", hash: "h", fields,
  form_groups: [{ id: "clip", title: "The clip as a whole" }, { id: "camera", title: "Does the camera move?" }, { id: "directions", title: "Which way does it move?" }],
  groups: [], aspects: [{ id: "camera", title: "Camera", parents: [], policy: "Speed, lens, height, angle, focus, movement in order of time.", topics: [{ id: "movement", title: "Movement" }, { id: "focus", title: "Focus" }] }],
  primitives: [{ id: "pan_right", title: "Pan to the right", group: "g", aspects: ["camera"], definition: "The camera turns to the right on the spot.", question: "", decision: "Yes when the view swings right.", look_alikes: [{ id: "truck_right", how: "the camera travels" }], fields: ["camera_pan"] }],
};
type Any = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any
const tasks: Record<string, Any> = {};
const base = (name: string, aspect: string, over: Any): void => {
  tasks[`demo/${name}/${aspect}`] = {
    task: { campaign: "demo", clip: name, aspect }, version: 4, status: "to_caption", stage: "caption", mode: "critique", waiting_for: [], stale: [], may: {}, lease: null, held_by_another: false,
    clip: { id: name, video_hash: "abc", source_id: "film", frames: 480, start_frame: 48, end_frame: 528 },
    draft: { text: DRAFT, hash: "d1", cannot_know: ["focus", "lens distortion"], at: "" }, round: null, rounds: [],
    parents: { subject: { text: "A small grey bird with a pale chest perches on a bare branch.", hash: "x", status: "settled" } },
    labels: { answers: {}, primitives: { pan_right: true, fixed: false } }, final: null, extras: 0, active_seconds: {}, scratch: null, ...over,
  };
};
const points = [
  { id: "p1", kind: "replace", start: 19, end: 25, words: "static", start_frame: 10, end_frame: 60, primitive: "pan_right", topic: "movement", severity: "critical", instruction: "slowly tilting" },
  { id: "p2", kind: "delete", start: 114, end: 132, words: DRAFT.slice(114, 132), start_frame: 200, end_frame: 300, primitive: null, topic: null, severity: "minor", instruction: "" },
];
const judged = { kind: "caption", author: "bob", mine: false, rating: 3, critique: { raw: "The camera tilts, it does not pan. And the background is soft.", points, language: "en", words: "" }, revision: { text: DRAFT.replace("static", "slowly tilting").replace("pans down", "tilts down").replace("deep depth of field that keeps the background sharp", "shallow depth of field that leaves the background soft"), applied: ["p1"], not_applied: [{ point: "p2", why: "The words are needed for the sentence." }] }, edited: null, text: "", submitted_at: "x", verdict: null as Any | null };
judged.text = judged.revision.text;
for (const n of ["bunny-0001", "bunny-0002", "bunny-0003"]) {
  base(n, "camera", {});
  base(n, "scene", { status: "to_review", stage: "review", rounds: [judged] });
  base(n, "labels", { status: "to_label", stage: "label", draft: null, labels: null, parents: {} });
}
base("bunny-0004", "camera", { status: "to_correct", stage: "correct", rounds: [{ ...judged, verdict: { kind: "rejected", reason: "The roll at the end is not in the video.", ticks: { p1: "agreed", p2: "disagreed" }, at: "" } }], round: { ...judged, kind: "correction", mine: true } });
base("bunny-0005", "camera", { mode: "edit", stale: ["subject"] });
base("bunny-0006", "motion", { status: "blocked", stage: null, waiting_for: ["subject"], draft: null });

export function mockServer(): Plugin {
  return {
    name: "videolect-mock",
    configureServer(vite) {
      vite.middlewares.use((request, response, next) => {
        const url = new URL(request.url ?? "/", "http://mock");
        if (url.pathname.startsWith("/media/")) return media(request, response);
        if (!url.pathname.startsWith("/api/")) return next();
        let text = "";
        request.on("data", (chunk: Buffer) => (text += chunk.toString()));
        request.on("end", () => {
          const [status, body] = answer(request.method ?? "GET", url, text ? (JSON.parse(text) as Any) : {});
          response.statusCode = status;
          response.setHeader("Content-Type", "application/json");
          response.end(status === 204 ? "" : JSON.stringify(body));
        });
      });
    },
  };
}

function media(request: IncomingMessage, response: ServerResponse): void {
  const size = statSync(clip).size;
  const range = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? "");
  const start = range ? Number(range[1]) : 0;
  const end = range?.[2] ? Number(range[2]) : size - 1;
  response.writeHead(range ? 206 : 200, { "Content-Type": "video/mp4", "Accept-Ranges": "bytes", "Content-Length": end - start + 1, "Content-Range": `bytes ${start}-${end}/${size}` });
  createReadStream(clip, { start, end }).pipe(response);
}

function answer(method: string, url: URL, body: Any): [number, unknown] {
  const path = url.pathname;
  if (path === "/api/session") {
    if (method === "DELETE") signedIn = false;
    else if (method === "POST") signedIn = true;
    return method === "DELETE" ? [204, null] : signedIn ? [200, { person, csrf: "c" }] : [401, { error: "NotSignedIn", message: "Nobody is signed in.", mend: "Sign in." }];
  }
  if (!signedIn) return [401, { error: "NotSignedIn", message: "Nobody is signed in.", mend: "Sign in." }];
  if (path === "/api/spec") return [200, spec];
  if (path === "/api/campaigns") return [200, { campaigns: [{ name: "demo", aspects: ["subject", "scene", "motion", "spatial", "camera"], clips: 6, spec_version: "0.1.0" }] }];
  if (path === "/api/board") return [200, { rows: ["labels", "subject", "scene", "motion", "spatial", "camera"].map((aspect, i) => ({ campaign: "demo", aspect, counts: { blocked: i * 3, to_caption: 12 - i, to_review: 5, to_correct: 2, settled: 30 - 4 * i } })) }];
  const row = (t: Any) => ({ ...t["task"], status: t["status"], stage: t["stage"], mode: t["mode"], waiting_for: t["waiting_for"], stale: t["stale"], rating: t["rounds"].at(-1)?.rating ?? null, priority: 0, version: 1, held: t["task"].clip === "bunny-0003", mine: t["lease"] !== null, may_claim: t["stage"] !== null, why_not: null, updated_at: "" });
  if (path === "/api/queue") {
    const rows = Object.values(tasks).map(row).filter((r) => !url.searchParams.get("stage") || r.stage === url.searchParams.get("stage"));
    return [200, { rows, next: null, open: { label: 3, caption: 4, review: 3, correct: 1 } }];
  }
  const lease = (t: Any) => (t["lease"] = { stage: t["stage"], token: 7, until: "", lifetime_s: 150 });
  if (path === "/api/claim") {
    const found = Object.values(tasks).find((t) => t["stage"] && !t["lease"] && (!body["stage"] || t["stage"] === body["stage"]));
    return [200, found ? { lease: { ...lease(found), task: found["task"] }, why: null } : { lease: null, why: "Nothing is left." }];
  }
  if (path.startsWith("/api/videos/")) return [200, timeline()];
  const [, , , campaign, name, aspect, verb] = path.split("/");
  const task = tasks[`${campaign}/${name}/${aspect}`];
  if (!task) return [404, { error: "NotFound", message: "There is no such task.", mend: "Choose one from the queue." }];
  if (!verb) return [200, task];
  if (verb === "claim") {
    lease(task);
    if (!task["round"] && task["draft"]) task["round"] = { kind: "caption", author: "ann", mine: true, rating: null, critique: null, revision: null, edited: task["mode"] === "edit" ? DRAFT : null, text: null, submitted_at: null, verdict: null };
    return [200, { lease: task["lease"] }];
  }
  if (verb === "heartbeat") return [200, { until: "" }];
  if (verb === "release") return [204, (task["lease"] = null)];
  if (verb === "scratch") {
    if ((task["scratch"]?.revision ?? 0) !== body["revision"]) return [409, { error: "StaleVersion", message: "Another tab was faster.", mend: "", details: task["scratch"] }];
    task["scratch"] = { revision: body["revision"] + 1, body: body["body"] };
    return [200, { revision: task["scratch"].revision }];
  }
  if (verb === "label" && body["answers"]["camera_movement"] === "no") return [422, { error: "BadInput", message: "camera_movement: no", mend: "x", details: [{ fields: ["camera_movement"], rule: "A camera that does not move cannot pan.", mend: "Change one of the two." }] }];
  const round = task["round"] as Any;
  if (verb === "rate") round["rating"] = body["rating"];
  if (verb === "critique") Object.assign(round, { critique: { raw: body["raw"], points: body["points"], language: body["language"], words: "" }, revision: null, edited: null });
  if (verb === "revise") {
    let revised = DRAFT;
    for (const p of round["critique"].points as Any[]) if (p["kind"] === "replace") revised = revised.replace(p["words"], p["instruction"]);
    round["revision"] = { text: revised, applied: (round["critique"].points as Any[]).filter((p) => p["kind"] === "replace").map((p) => p["id"]), not_applied: (round["critique"].points as Any[]).filter((p) => p["kind"] !== "replace").map((p) => ({ point: p["id"], why: "The labels say otherwise." })) };
  }
  if (verb === "edit") round["edited"] = body["text"];
  if (["submit", "correct", "approve", "label"].includes(verb)) Object.assign(task, { status: "settled", stage: null, lease: null });
  if (verb === "reject") {
    const last = task["rounds"].at(-1);
    Object.assign(task, { status: "to_correct", stage: "correct", lease: { stage: "correct", token: 7, until: "", lifetime_s: 150 }, round: { ...last, kind: "correction", mine: true }, rounds: [{ ...last, verdict: { kind: "rejected", reason: body["reason"], ticks: body["ticks"], at: "" } }] });
  }
  return [200, { outcome: "done", task }];
}
