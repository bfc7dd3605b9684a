/** The live check: what is typed is tried on the server, one try at a time, the newest words last. */
import { useEffect, useRef, useState } from "react";
import { languageServer, type Data, type EntryKind, type Trial } from "../api/language";

const REST_MS = 500;

export interface Checked {
  trial: Trial | null;
  /** What is shown belongs to older words. */
  checking: boolean;
  problem: unknown;
}

export function useTrial(kind: EntryKind, id: string, entry: Data | null, active: boolean): Checked {
  const [found, setFound] = useState<{ of: string; trial: Trial | null; problem: unknown }>({ of: "", trial: null, problem: null });
  const wanted = useRef<{ text: string; entry: Data | null } | null>(null);
  const busy = useRef(false);
  const text = `${kind}/${id}/${JSON.stringify(entry)}`;
  useEffect(() => {
    if (!active) return;
    let gone = false;
    const pump = async () => {
      if (busy.current) return;
      busy.current = true;
      while (wanted.current) {
        const now = wanted.current;
        wanted.current = null;
        try {
          const trial = await languageServer.attempt(kind, id, now.entry);
          setFound({ of: now.text, trial, problem: null });
        } catch (problem) {
          setFound((before) => ({ of: now.text, trial: before.trial, problem }));
        }
      }
      busy.current = false;
    };
    const timer = window.setTimeout(() => {
      if (gone) return;
      wanted.current = { text, entry };
      void pump();
    }, REST_MS);
    return () => {
      gone = true;
      window.clearTimeout(timer);
    };
    // The text stands for the entry.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [text, active]);
  return { trial: found.trial, checking: active && found.of !== text, problem: found.problem };
}
