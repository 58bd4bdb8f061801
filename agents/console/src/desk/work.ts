/** What the work list, the keyboard and the panes agree on: the items, the open one, what is unread. */
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo } from 'react';
import type { AssignmentCard, ChatMessage } from '../api/types';
import { useAction } from '../keys/actions';
import { loadTranscript, useLive } from '../live/store';
import { useKept, type Keep } from '../persist/keep';
import { useKeep } from '../session/session';
import { grouped, type Group } from './groups';

const noWork: AssignmentCard[] = [];
const noMessages: ChatMessage[] = [];

export function useWorkGroups(): Group[] {
  const assignments = useLive((state) => state.desk?.assignments ?? noWork);
  return useMemo(() => grouped(assignments), [assignments]);
}

/** In the order of the work list. */
export function useWork(): AssignmentCard[] {
  const groups = useWorkGroups();
  return useMemo(() => groups.flatMap((group) => group.items), [groups]);
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

/** How soon the log is asked again while it does not know yet what the desk knows. */
export const CATCH_UP_MS = 700;

interface Held {
  contactIds: string;
  /** The desk's seq when it last changed what is on it. */
  sinceSeq: number;
}

/** What is on the desk, for whoever reads the log anew when that changes. */
export function useHeld(): Held {
  const contactIds = useLive((state) =>
    [...(state.desk?.assignments ?? []), ...(state.desk?.offers ?? [])]
      .map((one) => one.contact_id)
      .join(' '),
  );
  return useMemo(() => ({ contactIds, sinceSeq: useLive.getState().deskSeq }), [contactIds]);
}

/** Through the work list, round and round. */
export function useWorkKeys(): void {
  const work = useWork();
  const [open, select] = useOpenItem();
  const go = (step: number) => () => {
    const at = work.findIndex((item) => item.contact_id === open?.contact_id);
    const to = work[(at + step + work.length) % work.length];
    if (to) select(to.contact_id);
  };
  useAction('next', work.length > 1 ? go(1) : undefined);
  useAction('previous', work.length > 1 ? go(-1) : undefined);
}

/** How the transcript of a chat is fetched, the one that is open and those beside it alike. */
export const transcriptQuery = (contactId: string) => ({
  queryKey: ['transcript', contactId],
  queryFn: () => loadTranscript(contactId).then(() => true),
  staleTime: Infinity,
});

/** After F5 too, what is unread in a chat that is not open is known. */
export function useLoadChats(): void {
  const queries = useQueryClient();
  const chats = useWork().filter((item) => item.channel === 'chat');
  const chatIds = chats.map((item) => item.contact_id).join(' ');
  useEffect(() => {
    for (const contactId of chatIds.split(' ').filter(Boolean))
      void queries.query(transcriptQuery(contactId)).catch(() => undefined); // asked for again when it is opened
  }, [queries, chatIds]);
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

const perContact = ['draft', 'mail', 'notes', 'disposition', 'outbox', 'scroll', 'read'];

/** After wrap-up nothing of the contact stays in this browser. */
export function forgetContact(keep: Keep, contactId: string): void {
  for (const name of perContact) keep.set(`${name}:${contactId}`, undefined);
}
