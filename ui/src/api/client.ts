/** One place that speaks to the server: the session's token, errors as values that name the mend, signing in again. */
import createClient from "openapi-fetch";
import type { paths } from "./schema";

export class ServerError extends Error {
  constructor(
    readonly status: number,
    /** The error's class, as in docs/api.md. */
    readonly kind: string,
    message: string,
    readonly mend: string,
    readonly details: unknown = null,
  ) {
    super(message);
  }
}

/** No answer came: the network or the server is away. What was sent may or may not have arrived. */
export class Unreachable extends Error {}

let csrf = "";
let person = "";
export function rememberSession(session: { csrf: string; person: { id: string } }): void {
  csrf = session.csrf;
  person = session.person.id;
}

type Waiting = (again: boolean) => void;
let waiting: Waiting[] = [];
const listeners = new Set<() => void>();

/** Requests that met an ended session wait here until somebody signs in over the page. */
export const signInGate = {
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  isOpen: (): boolean => waiting.length > 0,
  settle(signedIn: boolean): void {
    const all = waiting;
    waiting = [];
    all.forEach((go) => go(signedIn));
    listeners.forEach((tell) => tell());
  },
};

function waitForSignIn(): Promise<boolean> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    listeners.forEach((tell) => tell());
  });
}

/** Send; where the session has ended wait for a sign-in and send again. */
async function guarded(request: Request): Promise<Response> {
  const aboutSession = new URL(request.url).pathname === "/api/session";
  for (;;) {
    const attempt = request.clone();
    if (request.method !== "GET") attempt.headers.set("X-CSRF-Token", csrf);
    let response: Response;
    try {
      response = await fetch(attempt);
    } catch (error) {
      throw new Unreachable(error instanceof Error ? error.message : String(error));
    }
    // A gateway that answers for a server that is away speaks no JSON of ours.
    if (response.status >= 502 && response.status <= 504) throw new Unreachable(`The server answered ${response.status}.`);
    if (aboutSession) return response;
    const ended = response.status === 401 || (await sessionChanged(response, attempt.headers.get("X-CSRF-Token")));
    if (ended === "renewed") continue;
    if (!ended || !(await waitForSignIn())) return response;
  }
}

/**
 * Another tab may have signed in anew: the cookie then belongs to a session with another token. The same person's token
 * is taken over; another person's session counts as ended, so that nobody acts in another's name.
 */
async function sessionChanged(response: Response, sent: string | null): Promise<boolean | "renewed"> {
  if (response.status !== 403 || sent === null) return false;
  if (sent !== csrf) return "renewed";
  const answer = await fetch("/api/session", { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer) return false;
  const found = (await answer.json().catch(() => null)) as { csrf?: string; person?: { id?: string } } | null;
  if (!answer.ok || found?.person?.id !== person) return true;
  if (!found.csrf || found.csrf === csrf) return false;
  csrf = found.csrf;
  return "renewed";
}

export const client = createClient<paths>({ fetch: guarded, credentials: "same-origin" });

/** The answer, or the error as one that names the mend. */
export async function answer<T>(sent: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await sent;
  if (response.ok) return data as T;
  throw errorFrom(response.status, error);
}

/** What is an object to the document, as the shape that a page of docs/ gives it: the language, a timeline, figures. */
export const plain = <T>(told: Promise<unknown>): Promise<T> => told as Promise<T>;

function errorFrom(status: number, body: unknown): ServerError {
  const told = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const text = (name: string, otherwise: string) => (typeof told[name] === "string" ? (told[name] as string) : otherwise);
  return new ServerError(
    status, text("error", `Status${status}`), text("message", `The server answered ${status}.`), text("mend", ""), told["details"] ?? null,
  );
}
