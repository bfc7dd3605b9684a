/** A modal window: the browser's own, which keeps the focus inside and gives it back. The page's keys rest meanwhile. */
import { useLayoutEffect, useRef, type ReactNode } from "react";
import { holdKeys } from "../keys/keys";
import { Icon } from "./Icon";
import { words } from "../words";

export function Dialog({ title, onClose, children, testid }: { title: string; onClose?: () => void; children: ReactNode; testid?: string }) {
  const box = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const free = holdKeys();
    const shown = box.current;
    if (!shown?.open) shown?.showModal?.();
    shown?.querySelector<HTMLElement>("[data-first]")?.focus();
    return () => {
      free();
      shown?.close?.(); // while it still stands in the page: only so the focus goes back
    };
  }, []);
  return (
    <dialog
      ref={box} aria-label={title} data-testid={testid}
      onCancel={(event) => {
        event.preventDefault();
        onClose?.();
      }}
      onClick={(event) => event.target === box.current && onClose?.()}
      onKeyDown={(event) => {
        if (event.key === "?" && onClose) onClose();
      }}
    >
      <header>
        <h2>{title}</h2>
        {onClose && (
          <button type="button" className="icon-button" aria-label={words.close} onClick={onClose}>
            <Icon name="close" />
          </button>
        )}
      </header>
      {children}
    </dialog>
  );
}
