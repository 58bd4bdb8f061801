/** What the work list, the keyboard and the panes agree on: the items, the open one, what is unread. */
import { useCallback, useEffect, useMemo } from 'react';
import type { AssignmentCard, ChatMessage } from '../api/types';
import { useLive } from '../live/store';
import { useKept, type Keep } from '../persist/keep';
import { useKeep } from '../session/session';

const noWork: AssignmentCard[] = [];
const noMessages: ChatMessage[] = [];

/** In the order they came, so nothing moves while it is worked on. */
export function useWork(): AssignmentCard[] {
  const assignments = useLive((state) => state.desk?.assignments ?? noWork);
  return useMemo(() => [...assignments].sort((a, b) => a.connected_at_ms - b.connected_at_ms), [assignments]);
}

export const useTranscript = (contactId: string): ChatMessage[] =>
  useLive((state) => state.transcripts[contactId] ?? noMessages);

/** The open item, equal in every tab; when it is gone, the first one left. */
export function useOpenItem(): [AssignmentCard | undefined, (contactId: string) => void] {
  const keep = useKeep();
  const work = useWork();
  const [openId, setOpen] = useKept<string>(keep, 'open', '');
  const open = work.find((item) => item.contact_id === openId) ?? work[0];
  const select = useCallback((contactId: string) => setOpen(contactId), [setOpen]);
  return [open, select];
}

/** Alt+Up and Alt+Down go through the work list, from anywhere on the desk. */
export function useWorkKeys(): void {
  const work = useWork();
  const [open, select] = useOpenItem();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const step = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
      if (!step || !event.altKey || !work.length) return;
      event.preventDefault();
      const at = work.findIndex((item) => item.contact_id === open?.contact_id);
      const next = work[(at + step + work.length) % work.length];
      if (next) select(next.contact_id);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [work, open, select]);
}

export const unreadCount = (messages: ChatMessage[], readSeq: number): number =>
  messages.filter((message) => message.author === 'customer' && message.seq > readSeq).length;

export function useUnread(contactId: string): number {
  const [readSeq] = useKept(useKeep(), `read:${contactId}`, 0);
  return unreadCount(useTranscript(contactId), readSeq);
}

/** What is open on a visible page is read. */
export function useMarkRead(contactId: string): void {
  const keep = useKeep();
  const newest = useTranscript(contactId).at(-1)?.seq ?? 0;
  useEffect(() => {
    const mark = () => {
      if (!document.hidden && newest > keep.get(`read:${contactId}`, 0))
        keep.set(`read:${contactId}`, newest);
    };
    mark();
    document.addEventListener('visibilitychange', mark);
    return () => document.removeEventListener('visibilitychange', mark);
  }, [keep, contactId, newest]);
}

const perContact = ['draft', 'notes', 'disposition', 'outbox', 'scroll', 'read'];

/** After wrap-up nothing of the contact stays in this browser. */
export function forgetContact(keep: Keep, contactId: string): void {
  for (const name of perContact) keep.set(`${name}:${contactId}`, undefined);
}
