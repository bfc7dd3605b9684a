/** The small parts that every page uses. */
import type { ReactNode } from "react";
import { ServerError, Unreachable } from "../api/client";
import { showKey } from "../keys/keys";
import { navigate } from "../lib/router";
import { words } from "../words";

export function Link({ to, className, children, testid }: { to: string; className?: string; children: ReactNode; testid?: string }) {
  return (
    <a
      href={to} className={className} data-testid={testid}
      onClick={(event) => {
        if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        navigate(to);
      }}
    >
      {children}
    </a>
  );
}

/** Words that a person or a model wrote: text nodes only, kept from turning the line round. */
export function UserText({ text, className, as: Tag = "span", testid }: {
  text: string; className?: string; as?: "span" | "p" | "div" | "blockquote"; testid?: string;
}) {
  return (
    <Tag dir="auto" className={className ? `user-text ${className}` : "user-text"} data-testid={testid}>
      {text}
    </Tag>
  );
}

export function Key({ name }: { name: string }) {
  return <kbd>{showKey(name)}</kbd>;
}

export function Section({ title, aside, children, testid }: { title: string; aside?: ReactNode; children: ReactNode; testid?: string }) {
  return (
    <section className="section" aria-label={title} data-testid={testid}>
      <header>
        <h2>{title}</h2>
        <div className="aside">{aside}</div>
      </header>
      {children}
    </section>
  );
}

/** What happened and what to do about it. */
export function Trouble({ error, children }: { error: unknown; children?: ReactNode }) {
  if (!error) return null;
  const away = error instanceof Unreachable;
  const message = away ? words.errors.away : error instanceof Error ? error.message : String(error);
  const mend = away ? words.errors.awayMend : error instanceof ServerError ? error.mend : "";
  return (
    <div className="banner bad" role="alert" data-testid="trouble">
      <span>
        <strong>{message}</strong> {mend}
      </span>
      {children}
    </div>
  );
}

export function Banner({ children, kind = "note", testid }: { children: ReactNode; kind?: "note" | "warn" | "bad"; testid?: string }) {
  return (
    <div className={`banner ${kind}`} role={kind === "note" ? "note" : "alert"} data-testid={testid}>
      {children}
    </div>
  );
}
