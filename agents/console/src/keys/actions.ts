/** Who does what a key or the palette asks for: components that are on the page say so, and are asked. */
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { preferences, useKept } from '../persist/keep';
import { actionIds, actionOf, comboOf, type ActionId } from './table';

const typed =
  'input, textarea, select, [contenteditable="true"], [role="dialog"], [role="menu"], [role="listbox"]';
const layers =
  '.ant-dropdown:not(.ant-dropdown-hidden), .ant-popover:not(.ant-popover-hidden), .ant-modal-wrap';

const running = new Map<ActionId, () => void>();
const listeners = new Set<() => void>();
let available: ActionId[] = [];

function changed(): void {
  available = actionIds.filter((id) => running.has(id));
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** While the component is there and `run` is given, the key and the palette have it done. */
export function useAction(id: ActionId, run: (() => void) | undefined): void {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  const isOn = run !== undefined;
  useEffect(() => {
    if (!isOn) return undefined;
    const act = () => latest.current?.();
    running.set(id, act);
    changed();
    return () => {
      if (running.get(id) !== act) return;
      running.delete(id);
      changed();
    };
  }, [id, isOn]);
}

/** What can be done now, in the order of the table. */
export const useAvailableActions = (): ActionId[] => useSyncExternalStore(subscribe, () => available);
export const runAction = (id: ActionId): void => running.get(id)?.();

/** A button that was clicked keeps the focus; that does not mean Enter is meant for it. One reached by Tab does. */
let isFocusByPointer = false;

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest(typed) !== null;
const isOnButton = (target: EventTarget | null): boolean =>
  target instanceof Element && !isFocusByPointer && target.closest('button, a') !== null;
/** A dialog or a menu is over the page, and has the keys. */
export const isLayerOpen = (): boolean =>
  Array.from(document.querySelectorAll<HTMLElement>(layers)).some((layer) => layer.checkVisibility());

const SINGLE_KEYS = 'singleKeys';

/** Whether letters and signs do something by themselves: who dictates, or hits keys by accident, turns them off. */
export const useSingleKeys = () => useKept<boolean>(preferences, SINGLE_KEYS, true);

function isForPage(event: KeyboardEvent): boolean {
  if (event.isComposing || event.repeat) return false;
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  if (event.key.length === 1 && !preferences.get<boolean>(SINGLE_KEYS, true)) return false;
  if (isTyping(event.target) || isLayerOpen()) return false;
  return event.key !== 'Enter' || !isOnButton(event.target);
}

function onKey(event: KeyboardEvent): void {
  if (event.key === 'Tab') isFocusByPointer = false;
  const id = actionOf(comboOf(event));
  const run = id && running.get(id);
  if (!run || !isForPage(event)) return;
  event.preventDefault();
  event.stopPropagation();
  run();
}

function onPointer(): void {
  isFocusByPointer = true;
}

/** Listens for the page. */
export function useKeys(): void {
  useEffect(() => {
    window.addEventListener('pointerdown', onPointer, true);
    window.addEventListener('keydown', onKey, true);
    return () => {
      window.removeEventListener('pointerdown', onPointer, true);
      window.removeEventListener('keydown', onKey, true);
    };
  }, []);
}
