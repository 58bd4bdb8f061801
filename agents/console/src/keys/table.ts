/** Every key of the console in one table: what is listened for, what `?` lists and what the palette shows beside a command. */

const groups = ['offer', 'conversation', 'wrapUp', 'wallboard', 'everywhere'] as const;
export type KeyGroup = (typeof groups)[number];

interface KeyEntry {
  group: KeyGroup;
  /** With Ctrl or Alt it works even while somebody types; without, only while nobody does. */
  combos: readonly string[];
  /** Known to a text field alone: listed, not listened for. */
  isOfField?: boolean;
}

const table = {
  accept: { group: 'offer', combos: ['Enter', 'Alt+Enter'] },
  decline: { group: 'offer', combos: ['Escape'] },
  send: { group: 'conversation', combos: ['Enter'], isOfField: true },
  newline: { group: 'conversation', combos: ['Shift+Enter'], isOfField: true },
  canned: { group: 'conversation', combos: ['/'], isOfField: true },
  next: { group: 'conversation', combos: ['J', 'Alt+ArrowDown'] },
  previous: { group: 'conversation', combos: ['K', 'Alt+ArrowUp'] },
  write: { group: 'conversation', combos: ['M'] },
  note: { group: 'conversation', combos: ['N'] },
  article: { group: 'conversation', combos: ['A'] },
  transfer: { group: 'conversation', combos: ['T'] },
  park: { group: 'conversation', combos: ['P'] },
  hold: { group: 'conversation', combos: ['Alt+H'] },
  consult: { group: 'conversation', combos: ['Alt+C'] },
  swap: { group: 'conversation', combos: ['Alt+S'] },
  join: { group: 'conversation', combos: ['Alt+J'] },
  mute: { group: 'conversation', combos: ['Alt+U'] },
  pauseRecording: { group: 'conversation', combos: ['Alt+R'] },
  hangUp: { group: 'conversation', combos: ['Alt+E'] },
  end: { group: 'conversation', combos: ['X'] },
  extend: { group: 'wrapUp', combos: ['E'] },
  finish: { group: 'wrapUp', combos: ['Ctrl+Enter'] },
  fullScreen: { group: 'wallboard', combos: ['F'] },
  turning: { group: 'wallboard', combos: ['S'] },
  nextPage: { group: 'wallboard', combos: ['ArrowRight'] },
  previousPage: { group: 'wallboard', combos: ['ArrowLeft'] },
  dial: { group: 'everywhere', combos: ['Alt+D'] },
  palette: { group: 'everywhere', combos: ['Ctrl+K'] },
  help: { group: 'everywhere', combos: ['?'] },
} as const satisfies Record<string, KeyEntry>;

export type ActionId = keyof typeof table;
export const keyTable: Record<ActionId, KeyEntry> = table;
export const actionIds = Object.keys(table) as ActionId[];

export const keysByGroup = groups.map((group) => ({
  group,
  ids: actionIds.filter((id) => keyTable[id].group === group),
}));

const byCombo = new Map(
  actionIds.flatMap((id) =>
    keyTable[id].isOfField ? [] : keyTable[id].combos.map((combo) => [combo, id] as const),
  ),
);

/** `Ctrl+K`, `J`, `?`: Shift counts only where it does not make another character. */
export function comboOf(event: KeyboardEvent): string {
  // With Alt some keyboards write another letter: the key itself is asked then.
  const key = (event.altKey && /^Key([A-Z])$/.exec(event.code)?.[1]) || event.key;
  const isLetter = /^[a-z]$/i.test(key);
  const parts = [
    (event.ctrlKey || event.metaKey) && 'Ctrl',
    event.altKey && 'Alt',
    event.shiftKey && (isLetter || key.length > 1) && 'Shift',
    isLetter ? key.toUpperCase() : key,
  ];
  return parts.filter(Boolean).join('+');
}

export const actionOf = (combo: string): ActionId | undefined => byCombo.get(combo);

const shown: Record<string, string> = {
  ArrowDown: '↓',
  ArrowUp: '↑',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
};
export const keyCaps = (combo: string): string[] => combo.split('+').map((key) => shown[key] ?? key);
