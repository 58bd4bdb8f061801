/** Articles by words, asked for while they are typed; what finds nothing is counted once somebody stays with it. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { noteQuestion, searchArticles, type FoundArticles } from '../api/articles';
import { newKey } from '../api/command';

const PAUSE_MS = 120;
const STAYED_MS = 4_000;

/** The value once it has not changed for a while. */
export function useSettled(value: string, afterMs: number): string {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(value), afterMs);
    return () => clearTimeout(timer);
  }, [value, afterMs]);
  return settled;
}

export const hasWord = (text: string): boolean => /[\p{L}\p{N}]/u.test(text);

export function useSearch(typed: string) {
  const query = useSettled(typed.trim(), PAUSE_MS);
  const found = useQuery({
    queryKey: ['articles', 'search', query],
    queryFn: () => searchArticles(query),
    enabled: hasWord(query),
    placeholderData: keepPreviousData,
  });
  return { ...found, data: hasWord(query) ? found.data : undefined };
}

/** Says once that no article holds all the words of what stands there. */
export function useCountMisses(contactId: string, typed: string, found: FoundArticles | undefined): void {
  const stayed = useSettled(typed.trim(), STAYED_MS);
  const isMiss = found?.is_partial === true && stayed === typed.trim() && hasWord(stayed);
  useEffect(() => {
    if (isMiss) noteQuestion(contactId, stayed, 'no_result', newKey()).catch(() => undefined); // a count, no more
  }, [isMiss, contactId, stayed]);
}
