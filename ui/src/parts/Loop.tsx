/**
 * A short clip that plays while it is in view, rests a moment at its end and begins again; a click stops it. Who asked the
 * system for less motion sees its first and its last frame instead.
 */
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import type { LoopFiles } from "../api/pictures";
import { say, words } from "../words";

const REST_MS = 700;
const LESS_MOTION = "(prefers-reduced-motion: reduce)";

function useLessMotion(): boolean {
  return useSyncExternalStore(
    (changed) => {
      const asked = matchMedia(LESS_MOTION);
      asked.addEventListener("change", changed);
      return () => asked.removeEventListener("change", changed);
    },
    () => matchMedia(LESS_MOTION).matches,
  );
}

export function Loop({ loop, name, stills, testid }: { loop: LoopFiles; name: string; stills?: boolean; testid?: string }) {
  const w = words.pictures;
  const lessMotion = useLessMotion();
  return (
    <figure className="loop" data-testid={testid}>
      {!lessMotion && <Motion key={loop.film} loop={loop} name={name} />}
      {(stills || lessMotion) && (
        <div className="loop-stills">
          <span><img src={loop.start} alt={say(w.firstFrame, { name })} /><small>{w.start}</small></span>
          <span><img src={loop.end} alt={say(w.lastFrame, { name })} /><small>{w.end}</small></span>
        </div>
      )}
    </figure>
  );
}

function Motion({ loop, name }: { loop: LoopFiles; name: string }) {
  const w = words.pictures;
  const video = useRef<HTMLVideoElement>(null);
  const [seen, setSeen] = useState(false);
  const [stopped, setStopped] = useState(false);
  const playing = seen && !stopped;
  useEffect(() => {
    const watcher = new IntersectionObserver((changes) => setSeen(changes[changes.length - 1]!.isIntersecting), { threshold: 0.25 });
    watcher.observe(video.current!);
    return () => watcher.disconnect();
  }, []);
  useEffect(() => {
    const shown = video.current!;
    if (!playing) {
      shown.pause();
      return;
    }
    let rest: number | undefined;
    const play = () => void shown.play().catch(() => undefined); // refused, or gone meanwhile: the first frame stands there
    const again = () => {
      rest = window.setTimeout(play, REST_MS); // play() of what has ended begins at its start
    };
    shown.addEventListener("ended", again);
    play();
    return () => {
      window.clearTimeout(rest);
      shown.removeEventListener("ended", again);
    };
  }, [playing]);
  return (
    <button
      type="button" className="loop-motion" aria-pressed={stopped} aria-label={say(stopped ? w.play : w.stop, { name })} title={say(stopped ? w.play : w.stop, { name })}
      onClick={() => setStopped(!stopped)}
    >
      <video ref={video} src={loop.film} poster={loop.start} width={loop.width} height={loop.height} muted playsInline preload={seen ? "auto" : "none"} />
    </button>
  );
}
