/** The log as the filter wants it, page after page; and how many came since it was read. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { searchLog, type LogFilter } from '../api/history';

const PAGE = 50;
const LOOK_EVERY_MS = 15_000;

export function useLog(question: LogFilter) {
  const log = useInfiniteQuery({
    queryKey: ['interactions', 'log', question],
    queryFn: ({ pageParam }) => searchLog(question, pageParam, PAGE),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_before ?? undefined,
  });
  const rows = useMemo(() => log.data?.pages.flatMap((part) => part.interactions) ?? [], [log.data]);
  const isCut = log.data?.pages.some((part) => part.is_cut) ?? false;
  return { log, rows, isCut };
}

/**
 * The list itself does not move until the reader says so. Only the whole log is looked at again: a search is on
 * record each time it is asked.
 */
export function useFresh(known: Set<string>, isOn: boolean): number {
  const head = useQuery({
    queryKey: ['interactions', 'head'],
    queryFn: () => searchLog({}, undefined, PAGE),
    refetchInterval: LOOK_EVERY_MS,
    enabled: isOn,
  });
  return isOn ? (head.data?.interactions.filter((row) => !known.has(row.contact_id)).length ?? 0) : 0;
}
