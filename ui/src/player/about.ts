/** What is known of a film, as rows in the words of the field. */
import type { About } from "../api/videos";
import { say, words } from "../words";

export interface Row {
  id: string;
  name: string;
  /** One line, or several. */
  said: string | string[];
}

const number = (value: number, digits = 3) => value.toLocaleString("en", { maximumFractionDigits: digits });
const ratioOf = (exact: string) => {
  const [above, below] = exact.split("/").map(Number);
  return above! / below!;
};

export function rateSaid({ exact, name, mean, variable }: About["rate"]): string {
  const w = words.about;
  if (variable) return say(w.variableRate, { rate: number(mean) });
  if (exact === null) return say(w.meanRate, { rate: number(mean) });
  if (exact.endsWith("/1")) return say(w.wholeRate, { rate: name ?? number(ratioOf(exact)) });
  return say(w.exactRate, { rate: name ?? number(ratioOf(exact)), exact });
}

export function durationSaid(seconds: number): string {
  const thousandths = Math.round(seconds * 1000);
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const code = `${two(thousandths / 3_600_000)}:${two((thousandths / 60_000) % 60)}:${two((thousandths / 1000) % 60)}.${String(thousandths % 1000).padStart(3, "0")}`;
  return say(words.about.seconds, { code, seconds: number(thousandths / 1000) });
}

export function sizeSaid(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let at = 0;
  let value = bytes;
  while (value >= 999.5 && at < units.length - 1) {
    value /= 1000;
    at += 1;
  }
  return `${number(value, value < 10 && at > 0 ? 1 : 0)} ${units[at]}`;
}

function shapeSaid(about: About): string {
  const w = words.about;
  const shape = about.shape_name ?? say(w.ratio, { ratio: about.shape.toFixed(2) });
  if (!about.letterbox || !about.picture_shape_name) return shape;
  return say(w.withinBars, { shape, inside: about.picture_shape_name });
}

function colourSaid(about: About): string[] {
  const w = words.about;
  const parts = (colour: About["colour_said"]) =>
    (["primaries", "transfer", "matrix", "range"] as const)
      .filter((part) => colour?.[part])
      .map((part) => `${w.colourParts[part]} ${colour![part]}`)
      .join(", ");
  const said = parts(about.colour_said);
  const assumed = parts(about.colour_assumed);
  return [said, assumed && say(w.assumed, { parts: assumed })].filter(Boolean);
}

function hdrSaid(hdr: About["hdr_said"]): string {
  const w = words.about;
  if (!hdr) return w.none;
  const names: Record<string, string> = w.hdrNames;
  const bright = (text: string, value: number | null | undefined) => typeof value === "number" && say(text, { value: number(value, 0) });
  const parts = [
    hdr.transfer && (names[hdr.transfer] ?? hdr.transfer),
    ...(hdr.kinds ?? []),
    bright(w.peak, hdr.mastering_peak_cd_m2),
    bright(w.contentPeak, hdr.content_peak_cd_m2),
    bright(w.contentMean, hdr.content_mean_peak_cd_m2),
  ];
  return parts.filter(Boolean).join(", ");
}

function timecodeSaid(timecode: About["timecode"]): string {
  const w = words.about;
  if (!timecode) return w.none;
  const where: Record<string, string> = w.foundIn;
  const found = timecode.found_in === null ? undefined : where[timecode.found_in];
  return found ? `${timecode.code}, ${found}` : timecode.code;
}

export function rowsOf(about: About): Row[] {
  const w = words.about;
  const size = (width: number, height: number) => say(w.pixels, { width, height });
  const same = about.shown_width === about.width && about.shown_height === about.height;
  const row = (id: string, name: string, said: string | string[]): Row => ({ id, name, said });
  const kept = (said: string | string[]) => (about.told ? said : w.notKept);
  return [
    row("file", w.file, about.file_name),
    row("size", w.size, sizeSaid(about.size_bytes)),
    row("coding", w.coding, `${about.container}, ${about.codec}`),
    row("picture", w.picture, size(about.width, about.height)),
    ...(same ? [] : [row("shown", w.shown, size(about.shown_width, about.shown_height))]),
    row("rotation", w.rotation, about.rotation ? say(w.degrees, { degrees: about.rotation }) : w.notTurned),
    row("sample-aspect", w.sampleAspect, about.sample_aspect === "1:1" ? w.square : about.sample_aspect),
    row("display-aspect", w.displayAspect, shapeSaid(about)),
    row("letterbox", w.letterbox, kept(about.letterbox ? say(w.bars, about.letterbox) : w.noBars)),
    row("rate", w.rate, rateSaid(about.rate)),
    row("frames", w.frames, number(about.frames)),
    row("duration", w.duration, durationSaid(about.duration_s)),
    row("timecode", w.timecode, kept(timecodeSaid(about.timecode))),
    row("pixel-format", w.pixelFormat, say(w.bits, { format: about.pixel_format, bits: about.bit_depth })),
    row("colour", w.colour, kept(colourSaid(about))),
    row("hdr", w.hdr, kept(hdrSaid(about.hdr_said))),
    row("alpha", w.alpha, kept(about.alpha ? w.yes : w.no)),
    row("played", w.played, about.proxy ? w.proxy : w.asItIs),
    row("problems", w.problems, about.problems.length ? about.problems : w.none),
  ];
}
