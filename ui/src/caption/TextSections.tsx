/** The caption itself: as revised, or as written by hand. */
import type { TaskView } from "../api/server";
import { Diff, DiffChoice, DiffCount, type DiffView } from "../parts/Diff";
import { Key, Section } from "../parts/parts";
import { words } from "../words";
import type { CaptionWork } from "./use-caption";

interface Props {
  at: CaptionWork;
  diffView: DiffView;
  onDiffView: (view: DiffView) => void;
}

/** What the writer made of the critique, and the hand's changes to it. */
export function RevisionSection({ at, diffView, onDiffView }: Props) {
  const w = words.caption;
  const { work, put, draft, revision, caption, handEditing, setHandEditing } = at;
  return (
    <Section
      title={work.edited !== null ? w.byHand : w.revision} testid="revision-section"
      aside={
        <>
          {!handEditing && work.edited === null && <button type="button" className="text-button" onClick={() => setHandEditing(true)} data-testid="edit-by-hand">{w.editByHand} <Key name="E" /></button>}
          {work.edited !== null && revision && <button type="button" className="text-button" onClick={() => {
            put({ edited: null });
            setHandEditing(false);
          }} data-testid="edit-drop">{w.backToRevision}</button>}
          <DiffChoice view={diffView} onChange={onDiffView} />
        </>
      }
    >
      {(handEditing || work.edited !== null) && (
        <textarea
          className="caption-field" dir="auto" autoFocus={handEditing} value={work.edited ?? revision?.text ?? draft} aria-label={w.byHand}
          onChange={(event) => put({ edited: event.target.value })} data-testid="edited"
        />
      )}
      <Diff before={draft} after={caption ?? draft} view={diffView} testid="revision-diff" />
      <DiffCount before={draft} after={caption ?? draft} />
    </Section>
  );
}

/** In modes without a critique: the draft to mend, or an empty field. */
export function WriteSection({ at, mode, diffView, onDiffView }: Props & { mode: TaskView["mode"] }) {
  const w = words.caption;
  const { put, draft, caption } = at;
  return (
    <Section title={mode === "edit" ? w.editDraft : w.writeCaption} testid="write-section" aside={mode === "edit" && <DiffChoice view={diffView} onChange={onDiffView} />}>
      <textarea
        className="caption-field tall" dir="auto" value={caption ?? ""} aria-label={w.caption} data-testid="edited"
        onChange={(event) => put({ edited: event.target.value })}
      />
      {mode === "edit" && (
        <>
          {caption !== draft && <Diff before={draft} after={caption ?? ""} view={diffView} testid="revision-diff" />}
          <DiffCount before={draft} after={caption ?? ""} />
        </>
      )}
    </Section>
  );
}
