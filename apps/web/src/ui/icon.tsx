import type { VNode } from "preact";

/** Strokes on a 24 by 24 grid. */
const PATHS = {
  plus: "M12 5v14M5 12h14",
  search: "M11 18a7 7 0 1 1 0-14 7 7 0 0 1 0 14Zm9 2-4.2-4.2",
  send: "M12 19V5.5M6 11l6-6 6 6",
  stop: "M8 8h8v8H8z",
  copy: "M9 9h10v10H9zM5 15V5h10",
  check: "m5 12.5 4.5 4.5L19 7.5",
  edit: "m4 20 1-4.5L16 4.5l3.5 3.5L8.5 19 4 20Zm9.5-13 3.5 3.5",
  again: "M19.5 12a7.5 7.5 0 1 1-2.4-5.5M19.5 3.5V8H15",
  left: "m14.5 6-6 6 6 6",
  right: "m9.5 6 6 6-6 6",
  down: "M12 5v13.5M6 13l6 6 6-6",
  menu: "M4 7h16M4 12h16M4 17h10",
  close: "m6 6 12 12M18 6 6 18",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  sliders: "M4 8h9m6 0h1M4 16h2m6 0h8M13 8a3 3 0 1 0 6 0 3 3 0 0 0-6 0ZM6 16a3 3 0 1 0 6 0 3 3 0 0 0-6 0Z",
  cube: "m12 3.5 7.5 4.2v8.6L12 20.5l-7.5-4.2V7.7L12 3.5Zm0 8.5 7.5-4.3M12 12v8.5M12 12 4.5 7.7",
  gear: "M4 6.5h16M4 12h16M4 17.5h16M8 4.5v4M16 10v4M10 15.5v4",
  trash: "M5 7h14M10 7V4.5h4V7m-7.5 0 1 12.5h9l1-12.5M10 11v5M14 11v5",
  download: "M12 4v11M7 10.5l5 5 5-5M5 19.5h14",
  chat: "M5 5h14v11h-7.5L7 19.5V16H5z",
  bulb: "M9.5 18.5h5M10 21h4M12 3a6 6 0 0 1 3.5 10.9c-.7.6-1 1.2-1 2.1h-5c0-.9-.3-1.5-1-2.1A6 6 0 0 1 12 3Z",
  tool: "M14.5 6.5a4 4 0 0 0-5.2 5.2L4 17l3 3 5.3-5.3a4 4 0 0 0 5.2-5.2L15 12l-3-3 2.5-2.5Z",
  warning: "M12 4 2.8 19.5h18.4L12 4Zm0 6v4.5m0 2.5h.01",
  info: "M12 20.5a8.5 8.5 0 1 1 0-17 8.5 8.5 0 0 1 0 17ZM12 11v5m0-8h.01",
} as const;

export type IconName = keyof typeof PATHS;

/** A drawing beside a text or in a labelled button; nothing that a screen reader should hear. */
export function Icon({ name }: { readonly name: IconName }): VNode {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
