/** How good the draft is, and what is wrong with it. */
import type { Ref } from "react";
import { kept } from "../lib/storage";
import { Section, UserText } from "../parts/parts";
import type { PlayerEngine } from "../player/engine";
import { PointList, showPoint } from "../task/PointList";
import { words } from "../words";
import type { CaptionWork } from "./use-caption";
import { LANGUAGE } from "./working";

export function RatingSection({ at: { work, put, perfect } }: { at: CaptionWork }) {
  const w = words.caption;
  return (
    <Section title={w.rating} testid="rating-section">
      <div className="rating" role="group" aria-label={w.rating}>
        {[1, 2, 3, 4, 5].map((rating) => (
          <button
            key={rating} type="button" aria-pressed={work.rating === rating} className={work.rating === rating ? "rate on" : "rate"}
            onMouseDown={(event) => event.preventDefault()} onClick={() => put({ rating })} data-testid={`rate-${rating}`} title={`Shift ${rating}`}
          >
            <strong>{rating}</strong> <span>{w.ratings[rating - 1]}</span>
          </button>
        ))}
      </div>
      {perfect && <p className="hint">{w.perfectHint}</p>}
    </Section>
  );
}

interface Props {
  at: CaptionWork;
  /** The verb that is under way. */
  busy: string | null;
  engine: PlayerEngine | null;
  hovered: string | null;
  onHover: (id: string | null) => void;
  rawField: Ref<HTMLTextAreaElement>;
}

export function CritiqueSection({ at, busy, engine, hovered, onHover, rawField }: Props) {
  const w = words.caption;
  const { work, put, rejected, revision, openPoint, removePoint } = at;
  return (
    <Section
      title={w.critique} testid="critique-section"
      aside={<button type="button" className="text-button" onClick={() => openPoint(null)} data-testid="add-remark">{w.addRemark}</button>}
    >
      <PointList
        points={work.points} active={work.open?.id ?? hovered} onHover={onHover} onPoint={(point) => showPoint(engine, point)}
        ticks={rejected?.verdict?.ticks} applied={revision?.applied}
        notApplied={revision ? Object.fromEntries(revision.not_applied.map((each) => [each.point, each.why])) : undefined}
        actions={(point) => (
          <>
            <button type="button" className="text-button" onClick={() => put({ open: point })} data-testid="point-edit">{w.edit}</button>
            <button type="button" className="text-button" onClick={() => removePoint(point.id)} data-testid="point-remove">{w.remove}</button>
          </>
        )}
      />
      <label className="field">
        <span className="field-head">
          {w.raw}
          <LanguageChoice value={work.language} onChange={(language) => put({ language })} />
        </span>
        <textarea ref={rawField} dir="auto" rows={3} value={work.raw} onChange={(event) => put({ raw: event.target.value })} data-testid="critique-raw" placeholder={w.rawHint} />
      </label>
      <Polished at={at} busy={busy} />
    </Section>
  );
}

/** The critique in a model's words: asked for, offered, taken. */
function Polished({ at: { work, put, polished, empty, polish }, busy }: { at: CaptionWork; busy: string | null }) {
  const w = words.caption;
  if (!polished) {
    return !empty && (
      <button type="button" className="text-button" onClick={() => void polish()} disabled={busy !== null} data-testid="polish">
        {busy === "polish" ? w.polishing : w.polish}
      </button>
    );
  }
  return (
    <div className="polished" data-testid="polished">
      <p className="hint">{work.polished ? w.polishedUsed : w.polishedOffer}</p>
      <UserText as="p" text={polished} />
      {work.polished ? (
        <button type="button" className="text-button" onClick={() => put({ polished: "" })} data-testid="polish-drop">{w.polishDrop}</button>
      ) : (
        <button type="button" onClick={() => put({ polished })} data-testid="polish-use">{w.polishUse}</button>
      )}
    </div>
  );
}

const LANGUAGES = ["en", "zh", "es", "fr", "de", "pt", "ja", "ko", "ru", "ar", "hi", "it"];

function LanguageChoice({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const names = new Intl.DisplayNames(["en"], { type: "language" });
  const all = LANGUAGES.includes(value) ? LANGUAGES : [value, ...LANGUAGES];
  return (
    <select
      value={value} aria-label={words.caption.language} data-testid="critique-language"
      onChange={(event) => {
        kept.write(LANGUAGE, event.target.value);
        onChange(event.target.value);
      }}
    >
      {all.map((each) => <option key={each} value={each}>{names.of(each) ?? each}</option>)}
    </select>
  );
}
