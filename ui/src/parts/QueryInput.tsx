/** A field for a query over primitives, which completes their names. Arrows choose, Enter or Tab takes, Escape closes. */
import { useId, useRef, useState } from "react";
import type { Primitive } from "../api/spec";
import { completed, suggestions, wordAt } from "../lib/complete";

export function QueryInput({ value, onChange, primitives, label, placeholder, inputRef }: {
  value: string; onChange: (text: string) => void; primitives: Primitive[]; label: string; placeholder: string;
  inputRef?: React.RefObject<HTMLInputElement | null>;
}) {
  const own = useRef<HTMLInputElement>(null);
  const input = inputRef ?? own;
  const list = useId();
  const [caret, setCaret] = useState<number | null>(null);
  const [chosen, setChosen] = useState(0);
  const word = caret === null ? null : wordAt(value, caret);
  const offered = word === null ? [] : suggestions(primitives, word.text).filter((each) => each.id !== word.text);
  const at = Math.min(chosen, offered.length - 1);
  const close = () => setCaret(null);
  const take = (primitive: Primitive) => {
    const made = completed(value, caret ?? value.length, primitive.id);
    onChange(made.text);
    close();
    requestAnimationFrame(() => input.current?.setSelectionRange(made.caret, made.caret));
  };
  return (
    <div className="query-input">
      <input
        ref={input} type="search" role="combobox" value={value} aria-label={label} placeholder={placeholder} autoComplete="off" spellCheck={false}
        aria-expanded={offered.length > 0} aria-controls={list} aria-autocomplete="list" data-testid="search-query"
        aria-activedescendant={offered.length > 0 ? `${list}-${at}` : undefined}
        onChange={(event) => {
          onChange(event.target.value);
          setCaret(event.target.selectionStart);
          setChosen(0);
        }}
        onBlur={close}
        onKeyDown={(event) => {
          if (offered.length === 0) return;
          if (event.key === "ArrowDown" || event.key === "ArrowUp") setChosen((at + (event.key === "ArrowDown" ? 1 : offered.length - 1)) % offered.length);
          else if (event.key === "Enter" || (event.key === "Tab" && !event.shiftKey)) take(offered[at]!);
          else if (event.key === "Escape") close();
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      {offered.length > 0 && (
        <ul id={list} role="listbox" aria-label={label} className="query-offers" data-testid="search-offers">
          {offered.map((each, place) => (
            <li
              key={each.id} id={`${list}-${place}`} role="option" aria-selected={place === at}
              onMouseDown={(event) => {
                event.preventDefault(); // the field keeps the focus
                take(each);
              }}
            >
              <code>{each.id}</code> <span className="dim">{each.title}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
