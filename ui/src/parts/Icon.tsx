/** The few signs of the transport, drawn on a 16 by 16 grid. */
const PATHS = {
  play: "M4 2.5v11l9-5.5z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  stepBack: "M3 3h2v10H3zM13 3v10L6 8z",
  stepForward: "M11 3h2v10h-2zM3 3v10l7-5z",
  toStart: "M2 3h1.5v10H2zM9 3v10L4 8zM14 3v10L9 8z",
  toEnd: "M12.5 3H14v10h-1.5zM7 3v10l5-5zM2 3v10l5-5z",
  markIn: "M5 2h6v1.5H6.5v9H11V14H5z",
  markOut: "M11 2H5v1.5h4.5v9H5V14h6z",
  playRange: "M1.5 2h4v1.3H3v9.4h2.5V14h-4zM14.5 2h-4v1.3H13v9.4h-2.5V14h4zM6 5v6l4.5-3z",
  loop: "M3 5h8V3l3 3-3 3V7H4.5v2H3zM13 11H5v2l-3-3 3-3v2h6.5V7H13z",
  sound: "M2 6h2.5L8 3v10L4.5 10H2zM10 5c1.8 1.5 1.8 4.5 0 6v-1.6c.7-.9.7-1.9 0-2.8zM12 3c3 2.5 3 7.5 0 10v-1.6c1.8-2 1.8-4.8 0-6.8z",
  muted: "M2 6h2.5L8 3v10L4.5 10H2zM10 6l1-1 1.5 1.5L14 5l1 1-1.5 1.5L15 9l-1 1-1.5-1.5L11 10l-1-1 1.5-1.5z",
  full: "M2 2h5v1.5H3.5V7H2zM9 2h5v5h-1.5V3.5H9zM2 9h1.5v3.5H7V14H2zM12.5 9H14v5H9v-1.5h3.5z",
  close: "M3.5 2.5 8 7l4.5-4.5 1 1L9 8l4.5 4.5-1 1L8 9l-4.5 4.5-1-1L7 8 2.5 3.5z",
} as const;
export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path fill="currentColor" d={PATHS[name]} />
    </svg>
  );
}
