/**
 * Where the reader is in a transcript: at its end (and stays there as lines come), or at a line. Kept by line,
 * not by pixel, so it is the same place in another tab with another width.
 */
import { useCallback, useEffect, useLayoutEffect, useRef, type RefObject } from 'react';
import { useKept } from '../persist/keep';
import { useKeep } from '../session/session';

interface Place {
  seq: number;
  offset: number;
}

const END_PX = 32;

function placeOf(box: HTMLElement): Place | undefined {
  if (box.scrollHeight - box.scrollTop - box.clientHeight < END_PX) return undefined;
  for (const line of box.querySelectorAll<HTMLElement>('[data-seq]')) {
    const offset = Math.round(line.offsetTop - box.scrollTop);
    if (offset + line.offsetHeight > 0) return { seq: Number(line.dataset.seq), offset };
  }
  return undefined;
}

function goTo(box: HTMLElement, place: Place | null): void {
  const line = place && box.querySelector<HTMLElement>(`[data-seq="${place.seq}"]`);
  box.scrollTop = line ? line.offsetTop - place.offset : box.scrollHeight;
}

interface ScrollPlace {
  box: RefObject<HTMLDivElement | null>;
  onScroll: () => void;
  isAtEnd: boolean;
  toEnd: () => void;
}

/** `length` changes whenever something was added below. */
export function useScrollPlace(contactId: string, length: number): ScrollPlace {
  const box = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useKept<Place | null>(useKeep(), `scroll:${contactId}`, null);
  // Where this page itself last put the box: such a scroll is not the reader's.
  const placedAt = useRef(-1);
  // What this page's reader last scrolled to: putting the box there again would fight the hand.
  const own = useRef<Place | null>(null);
  const latest = useRef(place);

  const restore = useCallback(() => {
    if (!box.current) return;
    goTo(box.current, latest.current);
    placedAt.current = box.current.scrollTop;
  }, []);

  useLayoutEffect(() => {
    latest.current = place;
    const isOwn = place !== null && place.seq === own.current?.seq && place.offset === own.current.offset;
    if (!isOwn) restore();
  }, [place, length, restore]);
  useEffect(() => {
    if (!box.current) return undefined;
    const observer = new ResizeObserver(restore);
    observer.observe(box.current);
    return () => observer.disconnect();
  }, [restore]);

  const onScroll = useCallback(() => {
    const element = box.current;
    if (!element || Math.abs(element.scrollTop - placedAt.current) < 1) return;
    placedAt.current = -1;
    own.current = placeOf(element) ?? null;
    setPlace(own.current ?? undefined);
  }, [setPlace]);

  const toEnd = useCallback(() => setPlace(undefined), [setPlace]);
  return { box, onScroll, isAtEnd: place === null, toEnd };
}
