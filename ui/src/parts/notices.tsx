/** Short news of what just happened, said once and spoken by screen readers. */
import { useEffect, useState, useSyncExternalStore } from "react";

let text = "";
let count = 0;
const listeners = new Set<() => void>();

export function notify(message: string): void {
  text = message;
  count += 1;
  listeners.forEach((listener) => listener());
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

export function Notices() {
  const at = useSyncExternalStore(subscribe, () => count);
  const [seen, setSeen] = useState(0);
  useEffect(() => {
    if (at === 0) return;
    const timer = window.setTimeout(() => setSeen(at), 6000);
    return () => window.clearTimeout(timer);
  }, [at]);
  return (
    <div className="notices" role="status" aria-live="polite" data-testid="notice">
      {at > seen && <span className="notice">{text}</span>}
    </div>
  );
}
