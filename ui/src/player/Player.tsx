/** The player: picture, transport, timecode, and the bar with what is marked on it. */
import { useEffect, useRef, useState, type FormEvent, type ReactNode } from "react";
import type { ClipName } from "../api/films";
import { mediaAddress } from "../api/server";
import { useKeys } from "../keys/keys";
import { parsePlace, timecode } from "../lib/timecode";
import { Bar, type BarRange } from "./Bar";
import type { PlayerEngine } from "./engine";
import { usePlayerState } from "./use-player";
import { Icon, type IconName } from "../parts/Icon";
import { say, words } from "../words";

interface Props {
  engine: PlayerEngine | null;
  hash: string;
  /** The clip that is shown; left out for a whole film. */
  clip?: ClipName;
  ranges: BarRange[];
  problem?: ReactNode;
}

export function Player({ engine, hash, clip, ranges, problem }: Props) {
  const state = usePlayerState(engine);
  const frame = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const place = useRef<HTMLInputElement>(null);
  const [typing, setTyping] = useState<string | null>(null);

  useEffect(() => (engine && video.current ? engine.attach(video.current) : undefined), [engine]);
  useEffect(() => {
    if (typing === "") place.current?.select();
  }, [typing]);

  const fullScreen = () => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void frame.current?.requestFullscreen?.();
  };
  usePlayerKeys(engine, { fullScreen, goTo: () => setTyping("") });

  const w = words.player;
  const code = engine ? timecode(engine.clock, state.frame) : "--:--:--:--";
  const go = (event: FormEvent) => {
    event.preventDefault();
    const to = engine && typing ? parsePlace(engine.clock, typing) : null;
    if (engine && to !== null) {
      engine.pause();
      engine.seek(to);
      setTyping(null);
    } else place.current?.setAttribute("aria-invalid", "true");
  };
  const button = (icon: IconName, label: string, key: string, testid: string, run: () => void, pressed?: boolean) => (
    <button
      type="button" className="icon-button" data-testid={testid} title={`${label} (${key})`} aria-label={label}
      aria-pressed={pressed} disabled={!engine} onMouseDown={(event) => event.preventDefault()} onClick={run}
    >
      <Icon name={icon} />
    </button>
  );

  return (
    <div
      className="player" ref={frame} data-testid="player" data-frame={state.frame} data-settled={String(state.settled)}
      data-playing={String(state.playing)}
    >
      <div className="picture">
        <video
          ref={video} src={mediaAddress(hash)} preload="auto" playsInline disablePictureInPicture
          onClick={() => engine?.toggle()} aria-label={w.picture} tabIndex={-1}
        />
        {!state.settled && engine && !state.problem && (
          <span className="settling" role="status" data-testid="player-settling">{engine.isReachable(state.frame) ? w.settling : w.onlyPlaying}</span>
        )}
        {(problem || state.problem) && (
          <div className="picture-problem" role="alert">
            <strong>{w.unplayable}</strong>
            <span>{problem ?? state.problem}</span>
          </div>
        )}
      </div>
      <Bar engine={engine} hash={hash} clip={clip} ranges={ranges} />
      <div className="transport" role="toolbar" aria-label={w.transport}>
        <span className="place">
          {typing === null ? (
            <button
              type="button" className="timecode" data-testid="timecode" title={w.goToHint} disabled={!engine}
              onClick={() => setTyping("")}
            >
              {code}
            </button>
          ) : (
            <form onSubmit={go}>
              <input
                ref={place} className="timecode" data-testid="goto" value={typing} autoFocus aria-label={w.goTo}
                placeholder={code} onChange={(event) => setTyping(event.target.value)} onBlur={() => setTyping(null)}
                onKeyDown={(event) => event.key === "Escape" && setTyping(null)}
              />
            </form>
          )}
          <span className="frame-number">
            <span data-testid="player-frame">{state.frame}</span>
            <span className="dim"> / {engine ? engine.frames - 1 : "–"}</span>
          </span>
        </span>
        <span className="buttons">
          {button("toStart", w.toStart, "Home", "to-start", () => engine?.seek(0))}
          {button("stepBack", w.stepBack, "←", "step-back", () => engine?.step(-1))}
          {button(state.playing ? "pause" : "play", state.playing ? w.pause : w.play, "Space", "play", () => engine?.toggle())}
          {button("stepForward", w.stepForward, "→", "step-forward", () => engine?.step(1))}
          {button("toEnd", w.toEnd, "End", "to-end", () => engine?.seek(engine.frames - 1))}
        </span>
        <span className="buttons">
          {button("markIn", w.markIn, "I", "mark-in", () => engine?.markIn())}
          {button("markOut", w.markOut, "O", "mark-out", () => engine?.markOut())}
          {button("playRange", w.playMarked, "P", "play-range", () => engine?.playMarked())}
          {button("loop", w.loop, "Shift L", "loop", () => engine?.toggleLoop(), state.loop)}
        </span>
        <span className="marks" data-testid="marks">
          {state.markIn === null && state.markOut === null ? (
            <span className="dim">{w.noMarks}</span>
          ) : (
            <>
              {say(w.marks, { in: state.markIn ?? "–", out: state.markOut ?? "–" })}
              <button
                type="button" className="text-button" title={`${w.clearMarks} (Alt X)`} aria-label={w.clearMarks} data-testid="clear-marks"
                onMouseDown={(event) => event.preventDefault()} onClick={() => engine?.clearMarks()}
              >
                <Icon name="close" />
              </button>
            </>
          )}
        </span>
        <span className="buttons end">
          <span className="speed" data-testid="speed">
            {state.playing && state.shuttle !== 1
              ? say(w.shuttle, { rate: state.shuttle * state.speed })
              : say(w.speed, { speed: state.speed })}
          </span>
          {button(state.muted ? "muted" : "sound", state.muted ? w.unmute : w.mute, "M", "mute", () => engine?.setMuted(!state.muted))}
          {button("full", w.fullScreen, "F", "full-screen", fullScreen)}
        </span>
      </div>
    </div>
  );
}

function usePlayerKeys(engine: PlayerEngine | null, more: { fullScreen: () => void; goTo: () => void }): void {
  const w = words.player;
  const slow = useRef(false);
  useEffect(() => {
    const up = (event: KeyboardEvent) => event.code === "KeyK" && (slow.current = false);
    window.addEventListener("keyup", up);
    return () => window.removeEventListener("keyup", up);
  }, []);
  const shuttle = (direction: 1 | -1, event: KeyboardEvent) => {
    if (slow.current) engine?.step(direction);
    else if (!event.repeat) engine?.shuttle(direction);
  };
  const second = () => Math.max(1, Math.round(engine ? engine.frames / engine.clock.starts(engine.frames) : 1));
  const at = () => engine?.snapshot();
  const go = (frame: number | null | undefined) => {
    if (!engine || frame === null || frame === undefined) return;
    engine.pause();
    engine.seek(frame);
  };
  useKeys({
    title: w.keysTitle,
    bindings: [
      { keys: ["Space"], label: w.playPause, run: (event) => void (event.repeat || engine?.toggle()) },
      {
        keys: ["K"], label: w.playPause, transport: true,
        run: (event) => {
          if (event.repeat) return;
          slow.current = true;
          engine?.toggle();
        },
      },
      { keys: ["J"], label: w.shuttleBack, transport: true, run: (event) => shuttle(-1, event) },
      { keys: ["L"], label: w.shuttleForward, transport: true, run: (event) => shuttle(1, event) },
      { keys: ["ArrowLeft", ","], label: w.stepBack, transport: true, run: () => engine?.step(-1) },
      { keys: ["ArrowRight", "."], label: w.stepForward, transport: true, run: () => engine?.step(1) },
      { keys: ["Shift+ArrowLeft"], label: w.tenBack, transport: true, run: () => engine?.step(-10) },
      { keys: ["Shift+ArrowRight"], label: w.tenForward, transport: true, run: () => engine?.step(10) },
      { keys: ["Ctrl+ArrowLeft"], label: w.secondBack, run: () => engine?.step(-second()) },
      { keys: ["Ctrl+ArrowRight"], label: w.secondForward, run: () => engine?.step(second()) },
      { keys: ["Home"], label: w.toStart, transport: true, run: () => go(engine?.markedRange()?.start ?? 0) },
      { keys: ["End"], label: w.toEnd, transport: true, run: () => engine && go((engine.markedRange()?.end ?? engine.frames) - 1) },
      { keys: ["I"], label: w.markIn, transport: true, run: () => engine?.markIn() },
      { keys: ["O"], label: w.markOut, transport: true, run: () => engine?.markOut() },
      { keys: ["Shift+I"], label: w.goToIn, transport: true, run: () => go(at()?.markIn) },
      { keys: ["Shift+O"], label: w.goToOut, transport: true, run: () => go(at()?.markOut) },
      { keys: ["Alt+X"], label: w.clearMarks, transport: true, run: () => engine?.clearMarks() },
      { keys: ["P"], label: w.playMarked, transport: true, run: () => engine?.playMarked() },
      { keys: ["Shift+L", "Ctrl+L"], label: w.loop, transport: true, run: () => engine?.toggleLoop() },
      { keys: ["<"], label: w.slower, run: () => engine?.changeSpeed(-1) },
      { keys: [">"], label: w.faster, run: () => engine?.changeSpeed(1) },
      { keys: ["="], label: w.normalSpeed, run: () => engine?.setSpeed(1) },
      { keys: ["G"], label: w.goTo, run: more.goTo },
      { keys: ["M"], label: w.muteKey, run: () => engine?.setMuted(!engine.snapshot().muted) },
      { keys: ["F"], label: w.fullScreen, run: more.fullScreen },
    ],
  });
}
