/** Pages that turn by themselves, unless somebody stopped them or wants no motion. */
import { useCallback, useEffect, useState } from 'react';
import { useMedia } from '../theme/theme';

export const PAGE_SHOWN_MS = 15_000;

export interface Turning {
  page: number;
  isTurning: boolean;
  toggle: () => void;
  /** To the page of this number; one past the last is the first. */
  show: (page: number) => void;
}

export function useTurning(pages: number): Turning {
  const wantsNoMotion = useMedia('(prefers-reduced-motion: reduce)');
  const [wish, setWish] = useState<boolean | null>(null);
  const [asked, setAsked] = useState(0);
  const page = Math.min(asked, pages - 1);
  const isTurning = wish ?? !wantsNoMotion;
  const show = useCallback((next: number) => setAsked((next + pages) % pages), [pages]);
  useEffect(() => {
    if (!isTurning || pages < 2) return undefined;
    const timer = setTimeout(() => show(page + 1), PAGE_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isTurning, pages, page, show]);
  return { page, isTurning, toggle: () => setWish(!isTurning), show };
}
