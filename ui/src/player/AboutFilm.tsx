/** A button, and behind it what is known of the film. Asked for when it is opened. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { videosServer } from "../api/videos";
import { showKey, useKeys } from "../keys/keys";
import { Dialog } from "../parts/Dialog";
import { Trouble } from "../parts/parts";
import { words } from "../words";
import { rowsOf } from "./about";

const KEY = "Shift+F";

export function AboutFilm({ hash }: { hash: string }) {
  const w = words.about;
  const [open, setOpen] = useState(false);
  useKeys({ title: w.keysTitle, bindings: [{ keys: [KEY], label: w.title, run: () => setOpen(true) }] });
  return (
    <>
      <button
        type="button" className="text-button about-button" title={`${w.title} (${showKey(KEY)})`} aria-haspopup="dialog" data-testid="about"
        onMouseDown={(event) => event.preventDefault()} onClick={() => setOpen(true)}
      >
        {w.title}
      </button>
      {open && (
        <Dialog title={w.title} testid="about-film" onClose={() => setOpen(false)}>
          <Facts hash={hash} />
        </Dialog>
      )}
    </>
  );
}

function Facts({ hash }: { hash: string }) {
  const { data, error } = useQuery({ queryKey: ["about", hash], queryFn: () => videosServer.about(hash), staleTime: 60_000 });
  if (!data) return error ? <Trouble error={error} /> : <p className="dim">{words.loading}</p>;
  return (
    <dl className="about-film">
      {rowsOf(data).map(({ id, name, said }) => (
        <div key={id}>
          <dt>{name}</dt>
          <dd dir="auto" data-testid={`about-${id}`}>
            {typeof said === "string" ? said : said.length === 1 ? said[0] : <ul>{said.map((line) => <li key={line}>{line}</li>)}</ul>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
