/** One set of icons, drawn on a 24 grid with one stroke, so the same thing looks the same on every page. */

const paths = {
  voice:
    'M6.6 3.5 9 3.9l1.3 3.8-2 1.7a12 12 0 0 0 6.3 6.3l1.7-2 3.8 1.3.4 2.4c.1 1-.6 1.9-1.6 2.1C11 20.4 3.6 13 4.5 5.1c.2-1 1.1-1.7 2.1-1.6Z',
  chat: 'M4 6.5A2.5 2.5 0 0 1 6.5 4h11A2.5 2.5 0 0 1 20 6.5v7a2.5 2.5 0 0 1-2.5 2.5H12l-4.5 4v-4h-1A2.5 2.5 0 0 1 4 13.5Z',
  email: 'M3.5 6.5a1 1 0 0 1 1-1h15a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1Zm.5.5 8 6 8-6',
  sms: 'M7.5 3h9A1.5 1.5 0 0 1 18 4.5v15a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 6 19.5v-15A1.5 1.5 0 0 1 7.5 3ZM9 7.5h6M9 11h4M11 18h2',
  fax: 'M7 9V4h8l2 2v3M5 9h14a2 2 0 0 1 2 2v7H3v-7a2 2 0 0 1 2-2Zm3 4.5h8M8 18v3h8v-3',
  callback: 'M9 5 4 10l5 5M4 10h10a6 6 0 0 1 6 6v3',
  task: 'M5.5 4h13A1.5 1.5 0 0 1 20 5.5v13a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 18.5v-13A1.5 1.5 0 0 1 5.5 4ZM8 12l3 3 5-6',
  ready: 'M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17ZM8 12.3l2.8 2.7L16 9.5',
  idle: 'M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17ZM10 9v6M14 9v6',
  away: 'M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17ZM8.5 12h7',
  warning: 'M12 4 2.8 19.5h18.4ZM12 10v4.5M12 17v.2',
  breach: 'M8.5 3.5h7l5 5v7l-5 5h-7l-5-5v-7ZM12 8v5M12 16v.2',
  wrapUp: 'M9 4.5h6v3H9ZM9 6H6.5v14h11V6H15M9 13.5l2 2 4-4',
  bell: 'M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15ZM10 20.5h4',
  clock: 'M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17ZM12 7.5V12l3 2',
  link: 'M4 10a12 12 0 0 1 16 0M7 13.5a7.5 7.5 0 0 1 10 0M10 17a3 3 0 0 1 4 0',
  unlink:
    'M4 10a12 12 0 0 1 5-2.8M15.5 7.5A12 12 0 0 1 20 10M7 13.5A7.5 7.5 0 0 1 11 11.6M10 17a3 3 0 0 1 4 0M4 4l16 16',
  language: 'M4 6h9M8.5 4v2M11 6c-.8 4-3.3 6.5-6.5 8M6 9c1 2.3 3 4 5.5 5M12 20l4-10 4 10M13.5 17h5',
  light:
    'M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4',
  dark: 'M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5Z',
  auto: 'M4.5 5h15A1.5 1.5 0 0 1 21 6.5v9a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 15.5v-9A1.5 1.5 0 0 1 4.5 5ZM9 20.5h6M12 17v3.5',
  screen: 'M4 9V4.5h5M15 4.5h5V9M20 15v4.5h-5M9 19.5H4V15',
  person: 'M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM4.5 20.5c0-4 3-6 7.5-6s7.5 2 7.5 6',
  key: 'M8 11a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM11 12.5 19.5 4M16 7.5l3 3M13.5 10l2 2',
  logOut: 'M10 4H5.5v16H10M14.5 8l4 4-4 4M18 12H9.5',
  keyboard:
    'M4 6.5h16a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1ZM7 10.5h.2M10.5 10.5h.2M14 10.5h.2M17.2 10.5h.2M8.5 14h7',
  sound: 'M4 9.5h3.5L12 5.5v13l-4.5-4H4ZM15.5 9a4 4 0 0 1 0 6M18 6.5a7.5 7.5 0 0 1 0 11',
  muted: 'M4 9.5h3.5L12 5.5v13l-4.5-4H4ZM16 9.5l5 5M21 9.5l-5 5',
  send: 'M4 12 20.5 4.5 15.5 20l-4-6.5ZM11.5 13.5l9-9',
  retry: 'M19 8.5A8 8 0 1 0 20 13M19.5 4v5h-5',
  remove: 'M6 6l12 12M18 6 6 18',
  down: 'M6 9.5l6 6 6-6',
  next: 'M5 12h13M13 7l5 5-5 5',
  copy: 'M9 9h10.5v10.5H9ZM5 15H4.5V4.5H15V5',
  search: 'M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13ZM15.5 15.5l5 5',
  left: 'M14 7V4.5H5v15h9V17M10 12h10M17 9l3 3-3 3',
  add: 'M12 5v14M5 12h14',
  file: 'M7 3.5h7l4 4v13H7ZM14 3.5V8h4',
  clip: 'M19 11.5l-7.4 7.4a4.6 4.6 0 0 1-6.5-6.5l8-8a3 3 0 0 1 4.3 4.3l-7.7 7.7a1.5 1.5 0 0 1-2.1-2.1l6.6-6.6',
  hangUp:
    'M3.2 12.7c4.9-5.2 12.7-5.2 17.6 0 .6.7.7 1.6.2 2.3l-1.2 1.7c-.4.6-1.2.8-1.9.5L15 16c-.6-.3-1-.9-.9-1.6l.1-1.6a10.6 10.6 0 0 0-4.4 0l.1 1.6c.1.7-.3 1.3-.9 1.6l-2.9 1.2c-.7.3-1.5.1-1.9-.5L3 15c-.5-.7-.4-1.6.2-2.3Z',
  transfer: 'M4 8h14M14 4l4 4-4 4M20 16H6M10 12l-4 4 4 4',
  park: 'M4 14v5.5h16V14M12 4v10M8 10l4 4 4-4',
  takeUp: 'M4 14v5.5h16V14M12 14V4M8 8l4-4 4 4',
  note: 'M5 4h14v11l-5 5H5ZM14 20v-5h5M8.5 8.5h7M8.5 12h4',
  star: 'M12 3.8l2.5 5.2 5.7.8-4.1 4 1 5.7-5.1-2.7-5.1 2.7 1-5.7-4.1-4 5.7-.8Z',
  mic: 'M12 3.5a2.8 2.8 0 0 1 2.8 2.8v5.4a2.8 2.8 0 0 1-5.6 0V6.3A2.8 2.8 0 0 1 12 3.5ZM6 11.5a6 6 0 0 0 12 0M12 17.5v3',
  micOff:
    'M9.2 9V6.3a2.8 2.8 0 0 1 5.6 0v5.2M6 11.5a6 6 0 0 0 9.5 4.9M18 11.5c0 .8-.2 1.6-.4 2.3M12 17.5v3M4.5 4.5l15 15',
  record: 'M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17ZM12 9a3 3 0 1 1 0 6 3 3 0 0 1 0-6Z',
  recordOff: 'M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17ZM6 6l12 12',
  pause: 'M8.5 5.5v13M15.5 5.5v13',
  resume: 'M8 5.5v13l10.5-6.5Z',
} as const;

export type IconName = keyof typeof paths;

/** Decorative unless `label` says what it means: a word stands beside nearly every icon. */
export function Icon({ name, size = 16, label }: { name: IconName; size?: number; label?: string }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      role={label ? 'img' : undefined}
      aria-label={label}
      aria-hidden={label ? undefined : true}
      style={{ flex: 'none', display: 'block' }}
    >
      <path d={paths[name]} />
    </svg>
  );
}

const channels: Record<string, IconName> = {
  voice: 'voice',
  outbound_voice: 'voice',
  chat: 'chat',
  email: 'email',
  sms: 'sms',
  fax: 'fax',
  callback: 'callback',
};

export const channelIcon = (channel: string): IconName => channels[channel] ?? 'task';
