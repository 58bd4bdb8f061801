import { useInfiniteQuery } from '@tanstack/react-query';
import { readTimeline } from '../api/history';

/** A customer's contacts, page after page, newest first. Each reading is on record; those who ask at once share one. */
export const useTimeline = (customerKey: string) =>
  useInfiniteQuery({
    queryKey: ['timeline', customerKey],
    queryFn: ({ pageParam }) => readTimeline(customerKey, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_before ?? undefined,
  });
