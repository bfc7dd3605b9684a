/** Signing in: as a page, and as a panel over a page whose session has ended. */
import { useState, type FormEvent } from "react";
import { ServerError, rememberSession } from "../api/client";
import { server, type Session } from "../api/server";
import { Trouble } from "../parts/parts";
import { say, words } from "../words";

export function SignInForm({ person: known, onDone }: { person?: string; onDone: (session: Session) => void }) {
  const w = words.signIn;
  const [person, setPerson] = useState(known ?? "");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      const session = await server.signIn(person.trim(), password);
      rememberSession(session);
      onDone(session);
    } catch (error) {
      setProblem(error);
      setPassword("");
    } finally {
      setBusy(false);
    }
  };
  const wait = problem instanceof ServerError && problem.status === 429 ? (problem.details as { retry_after_s?: number } | null)?.retry_after_s : undefined;
  return (
    <form className="sign-in" onSubmit={(event) => void send(event)} data-testid="sign-in">
      <label className="field">
        <span>{w.person}</span>
        <input name="username" autoComplete="username" required value={person} autoFocus={!known} onChange={(event) => setPerson(event.target.value)} data-testid="person" />
      </label>
      <label className="field">
        <span>{w.password}</span>
        <input
          name="password" type="password" autoComplete="current-password" required value={password} data-first={known ? "" : undefined}
          onChange={(event) => setPassword(event.target.value)} data-testid="password"
        />
      </label>
      <Trouble error={problem} />
      {wait !== undefined && <p className="hint">{say(w.wait, { seconds: Math.ceil(wait) })}</p>}
      <button type="submit" className="primary" disabled={busy} data-testid="sign-in-send">{w.signIn}</button>
    </form>
  );
}
