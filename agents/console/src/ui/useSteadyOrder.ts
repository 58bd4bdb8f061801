import { useCallback, useMemo, useRef, useState, type RefObject } from 'react';

interface SteadyOrder {
  /** The ids in the order to show. */
  order: string[];
  /** How many wait to be put in at the top. */
  fresh: number;
  /** For the element the list is in. */
  hold: {
    onPointerEnter: () => void;
    onPointerLeave: () => void;
    onFocus: () => void;
    onBlur: (event: React.FocusEvent) => void;
  };
  showFresh: () => void;
}

function steady(shown: string[], wanted: string[]): string[] {
  const still = new Set(wanted);
  return shown.filter((id) => still.has(id));
}

function useHeld(onRelease: () => void) {
  const [isPointerIn, setPointerIn] = useState(false);
  const [isFocusIn, setFocusIn] = useState(false);
  const hold = useMemo(
    () => ({
      onPointerEnter: () => setPointerIn(true),
      onPointerLeave: () => {
        setPointerIn(false);
        onRelease();
      },
      onFocus: () => setFocusIn(true),
      onBlur: (event: React.FocusEvent) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setFocusIn(false);
      },
    }),
    [onRelease],
  );
  return { isHeld: isPointerIn || isFocusIn, hold };
}

/** A list sorted by what changes keeps its order while the pointer or the focus is in it. */
export function useSteadyOrder(wanted: string[]): SteadyOrder {
  const shown: RefObject<string[]> = useRef(wanted);
  const [, redraw] = useState(0);
  const release = useCallback(() => redraw((times) => times + 1), []);
  const { isHeld, hold } = useHeld(release);
  const order = isHeld ? steady(shown.current, wanted) : wanted;
  shown.current = order;
  const showFresh = useCallback(() => {
    shown.current = wanted;
    release();
  }, [wanted, release]);
  return { order, fresh: wanted.length - order.length, hold, showFresh };
}
