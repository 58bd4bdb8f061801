/** Short notices: what just happened, when it is not visible where the eye already is. */
import { create } from 'zustand';

export interface Toast {
  id: number;
  text: string;
  tone: 'info' | 'error';
}

const SHOWN_MS = 6_000;
const TOASTS_MAX = 3;
let lastId = 0;

export const useToasts = create<{ toasts: Toast[] }>(() => ({ toasts: [] }));

export function dismissToast(id: number): void {
  useToasts.setState((state) => ({ toasts: state.toasts.filter((toast) => toast.id !== id) }));
}

/** Nobody reads a page that is not shown: the time runs anew once it is. */
function dismissLater(id: number): void {
  setTimeout(() => {
    if (!document.hidden) dismissToast(id);
    else document.addEventListener('visibilitychange', () => dismissLater(id), { once: true });
  }, SHOWN_MS);
}

export function toast(text: string, tone: Toast['tone'] = 'info'): void {
  const id = (lastId += 1);
  useToasts.setState((state) => {
    const others = state.toasts.filter((known) => known.text !== text);
    return { toasts: [...others, { id, text, tone }].slice(-TOASTS_MAX) };
  });
  dismissLater(id);
}
