import { useEffect } from 'react';
import type { OfferCard } from '../api/types';

const typed =
  'input, textarea, select, [contenteditable="true"], [role="dialog"], [role="menu"], [role="listbox"]';
const layers =
  '.ant-dropdown:not(.ant-dropdown-hidden), .ant-popover:not(.ant-popover-hidden), .ant-modal-wrap';

/** A button that was clicked keeps the focus; that does not mean Enter is meant for it. One reached by Tab does. */
let isFocusByPointer = false;
const atPointer = () => {
  isFocusByPointer = true;
};
const atKey = (event: KeyboardEvent) => {
  if (event.key === 'Tab') isFocusByPointer = false;
};

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(typed) !== null;
}

function isOnButton(target: EventTarget | null): boolean {
  return target instanceof Element && !isFocusByPointer && target.closest('button, a') !== null;
}

function isLayerOpen(): boolean {
  return Array.from(document.querySelectorAll<HTMLElement>(layers)).some((layer) => layer.checkVisibility());
}

type Answer = 'accept' | 'decline' | null;

function answerOf(event: KeyboardEvent): Answer {
  if (event.isComposing || event.repeat || event.ctrlKey || event.metaKey || event.shiftKey) return null;
  if (event.key === 'Enter' && event.altKey) return 'accept';
  if (event.altKey || isTyping(event.target) || isLayerOpen()) return null;
  if (event.key === 'Enter') return isOnButton(event.target) ? null : 'accept';
  return event.key === 'Escape' ? 'decline' : null;
}

/** Enter and Esc answer the offer unless the hand is busy elsewhere; Alt+Enter does even while typing. */
export function useOfferKeys(
  offer: OfferCard | undefined,
  onAccept: (offer: OfferCard) => void,
  onDecline: (offer: OfferCard) => void,
): void {
  useEffect(() => {
    window.addEventListener('pointerdown', atPointer, true);
    window.addEventListener('keydown', atKey, true);
    return () => {
      window.removeEventListener('pointerdown', atPointer, true);
      window.removeEventListener('keydown', atKey, true);
    };
  }, []);
  useEffect(() => {
    if (!offer) return undefined;
    const onKey = (event: KeyboardEvent) => {
      const answer = answerOf(event);
      if (!answer) return;
      event.preventDefault();
      event.stopPropagation();
      if (answer === 'accept') onAccept(offer);
      else onDecline(offer);
    };
    window.addEventListener('keydown', onKey, true);
    return () => window.removeEventListener('keydown', onKey, true);
  }, [offer, onAccept, onDecline]);
}
