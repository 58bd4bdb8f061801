/** The choices of a wrap-up: what was used lately first, then all, each once. */
const RECENTS_MAX = 3;
const SEARCH_WORTH_FROM = 5;

interface Option {
  value: string;
  label: string;
}

export const withRecent = (recents: string[], id: string): string[] =>
  [id, ...recents.filter((known) => known !== id)].slice(0, RECENTS_MAX);

export function dispositionOptions(
  ids: string[],
  recents: string[],
  nameOf: (id: string) => string,
  t: (key: string) => string,
): (Option | { label: string; options: Option[] })[] {
  const option = (id: string): Option => ({ value: id, label: nameOf(id) });
  const recent = recents.filter((id) => ids.includes(id));
  if (!recent.length || ids.length < SEARCH_WORTH_FROM) return ids.map(option);
  const others = ids.filter((id) => !recent.includes(id));
  return [
    { label: t('wrapUp.recent'), options: recent.map(option) },
    { label: t('wrapUp.others'), options: others.map(option) },
  ];
}
