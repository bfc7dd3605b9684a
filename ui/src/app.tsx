/** The whole: who is here, the header, the page of the address, the keys overlay, signing in again over the page. */
import { QueryClient, QueryClientProvider, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { ServerError, Unreachable, rememberSession, signInGate } from "./api/client";
import { server, type Person, type Session } from "./api/server";
import { KeysOverlay } from "./keys/KeysOverlay";
import { useKeys } from "./keys/keys";
import { navigate, parseRoute, usePathname } from "./lib/router";
import { AuditItemPage } from "./pages/AuditItemPage";
import { AuditPage } from "./pages/AuditPage";
import { AuditsPage } from "./pages/AuditsPage";
import { BoardPage } from "./pages/BoardPage";
import { CaptionPage } from "./pages/CaptionPage";
import { CutsPage } from "./pages/CutsPage";
import { LabelsPage } from "./pages/LabelsPage";
import { LanguagePage } from "./pages/LanguagePage";
import { QueuePage } from "./pages/QueuePage";
import { ReviewPage } from "./pages/ReviewPage";
import { SearchPage } from "./pages/SearchPage";
import { SignInForm } from "./pages/SignIn";
import { Dialog } from "./parts/Dialog";
import { Notices } from "./parts/notices";
import { Key, Link, Trouble } from "./parts/parts";
import { taskId } from "./task/use-task";
import { words } from "./words";

const client = new QueryClient({
  defaultOptions: { queries: { staleTime: 2_000, retry: (count, error) => error instanceof Unreachable && count < 5 } },
});

export function App() {
  return (
    <QueryClientProvider client={client}>
      <WithSession />
    </QueryClientProvider>
  );
}

function WithSession() {
  const queries = useQueryClient();
  const route = parseRoute(usePathname());
  const session = useQuery({
    queryKey: ["session"],
    queryFn: async () => {
      try {
        const found = await server.session();
        rememberSession(found);
        return found;
      } catch (error) {
        if (error instanceof ServerError && error.status === 401) return null;
        throw error;
      }
    },
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  });
  const signedIn = (found: Session) => {
    queries.setQueryData(["session"], found);
    if (route.page === "signin") navigate(new URLSearchParams(window.location.search).get("to")?.replace(/^(?!\/(?!\/)).*/, "/") ?? "/", { replace: true });
  };
  const nobody = session.isSuccess && session.data === null;
  useEffect(() => {
    if (!nobody || route.page === "signin") return;
    const here = window.location.pathname + window.location.search;
    navigate(here === "/" ? "/signin" : `/signin?to=${encodeURIComponent(here)}`, { replace: true });
  }, [nobody, route.page]);

  if (session.isError) {
    return (
      <main className="plain centre">
        <Trouble error={session.error}>
          <button type="button" onClick={() => void session.refetch()}>{words.errors.again}</button>
        </Trouble>
      </main>
    );
  }
  if (session.data === undefined) return <main className="plain centre dim">{words.loading}</main>;
  if (session.data === null || route.page === "signin") {
    return (
      <main className="plain centre" data-testid="sign-in-page">
        <div className="sign-in-card">
          <h1>{words.product}</h1>
          <p className="dim">{words.signIn.lead}</p>
          <SignInForm onDone={signedIn} />
        </div>
      </main>
    );
  }
  return <Desk me={session.data.person} />;
}

function Desk({ me }: { me: Person }) {
  const pathname = usePathname();
  const route = useMemo(() => parseRoute(pathname), [pathname]); // the task's key keeps its identity while the page stands
  const queries = useQueryClient();
  const [showKeys, setShowKeys] = useState(false);
  const ended = useSyncExternalStore(signInGate.subscribe, signInGate.isOpen);
  useKeys({
    title: words.keys.everywhere,
    bindings: [{ keys: ["?"], label: words.keys.show, run: () => setShowKeys(true) }],
  });
  const signOut = async () => {
    await server.signOut().catch(() => undefined);
    queries.clear();
    queries.setQueryData(["session"], null);
    navigate("/signin");
  };
  const again = (session: Session) => {
    if (session.person.id !== me.id) {
      window.location.assign("/");
      return;
    }
    queries.setQueryData(["session"], session);
    signInGate.settle(true);
  };
  const page = () => {
    switch (route.page) {
      case "queue":
        return <QueuePage me={me} />;
      case "board":
        return <BoardPage />;
      case "language":
        return <LanguagePage me={me} />;
      case "audits":
        return <AuditsPage />;
      case "audit":
        return <AuditPage key={route.audit} audit={route.audit} />;
      case "audit-item":
        return <AuditItemPage key={`${route.audit}/${route.number}`} audit={route.audit} number={route.number} me={me} />;
      case "search":
        return <SearchPage me={me} />;
      case "cuts":
        return <CutsPage key={route.video} hash={route.video} me={me} />;
      case "labels":
        return <LabelsPage key={taskId(route.task)} task={route.task} me={me} />;
      case "caption":
        return <CaptionPage key={taskId(route.task)} task={route.task} me={me} />;
      case "review":
        return <ReviewPage key={taskId(route.task)} task={route.task} me={me} />;
      default:
        return (
          <main className="plain">
            <h1>{words.lost.title}</h1>
            <p>
              {words.lost.text} <Link to="/">{words.nav.queue}</Link>
            </p>
          </main>
        );
    }
  };
  return (
    <>
      <header className="top">
        <Link to="/" className="brand">{words.product}</Link>
        <nav aria-label={words.nav.label}>
          <Link to="/" className={route.page === "queue" ? "here" : ""}>{words.nav.queue}</Link>
          <Link to="/board" className={route.page === "board" ? "here" : ""}>{words.nav.board}</Link>
          <Link to="/language" className={route.page === "language" ? "here" : ""}>{words.nav.language}</Link>
          <Link to="/audits" className={route.page.startsWith("audit") ? "here" : ""} testid="nav-audits">{words.nav.audits}</Link>
          <Link to="/search" className={route.page === "search" ? "here" : ""}>{words.nav.search}</Link>
        </nav>
        <Notices />
        <span className="grow" />
        <button type="button" className="text-button" onClick={() => setShowKeys(true)} data-testid="show-keys">
          {words.keys.button} <Key name="?" />
        </button>
        <span className="who" data-testid="who" title={me.roles.join(", ")}>{me.name}</span>
        <button type="button" className="text-button" onClick={() => void signOut()} data-testid="sign-out">{words.signIn.signOut}</button>
      </header>
      {page()}
      {showKeys && <KeysOverlay onClose={() => setShowKeys(false)} />}
      {ended && (
        <Dialog title={words.signIn.ended} testid="sign-in-again">
          <p>{words.signIn.endedText}</p>
          <SignInForm person={me.id} onDone={again} />
        </Dialog>
      )}
    </>
  );
}
