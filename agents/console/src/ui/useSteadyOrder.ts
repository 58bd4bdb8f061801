import { useMemo, useRef, useState, type FocusEvent } from 'react';

interface SteadyOrder {
  /** The ids in the order to show. */
  order: string[];
  /** How many wait to be put in at their place. */
  fresh: number;
  /** For the element the list is in. */
  hold: {
    onPointerEnter: () => void;
    onPointerLeave: () => void;
    onFocus: () => void;
    onBlur: (event: FocusEvent) => void;
  };
  showFresh: () => void;
}

/** A list sorted by what changes keeps its order while the pointer or the focus is in it. */
export function useSteadyOrder(wanted: string[]): SteadyOrder {
  const [held, setHeld] = useState<string[] | null>(null);
  const reasons = useRef({ pointer: false, focus: false });

  const change = (reason: 'pointer' | 'focus', isOn: boolean) => {
    reasons.current[reason] = isOn;
    const isHeld = reasons.current.pointer || reasons.current.focus;
    setHeld((before) => (isHeld ? (before ?? wanted) : null));
  };
  const order = useMemo(() => {
    const still = new Set(wanted);
    return held ? held.filter((id) => still.has(id)) : wanted;
  }, [held, wanted]);

  return {
    order,
    fresh: wanted.length - order.length,
    hold: {
      onPointerEnter: () => change('pointer', true),
      onPointerLeave: () => change('pointer', false),
      onFocus: () => change('focus', true),
      onBlur: (event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) change('focus', false);
      },
    },
    showFresh: () => setHeld(wanted),
  };
}
