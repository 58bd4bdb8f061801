/**
 * The configuration being edited: a copy of the stored document, kept in this browser until it is applied or thrown
 * away. It remembers the version it started from; what others store meanwhile is told and never overwritten.
 */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { readDocument, type Document } from '../api/adminCalls';
import { useKept } from '../persist/keep';
import { useKeep } from '../session/session';

interface Draft {
  basedOn: string;
  document: Document;
}

export interface Editing {
  document: Document;
  basedOn: string;
  isInForce: boolean;
  /** Something differs from what is stored. */
  isChanged: boolean;
  /** Somebody has stored another version since the draft was begun. */
  isOutdated: boolean;
  change: (key: string, value: unknown) => void;
  replace: (document: Document) => void;
  discard: () => void;
}

export const isSame = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

export function useStored() {
  return useQuery({ queryKey: ['document'], queryFn: readDocument, refetchInterval: 15_000 });
}

/** After a version was stored: everything that shows configuration is read anew. */
export function useReread(): () => Promise<void> {
  const queries = useQueryClient();
  return useCallback(async () => {
    for (const key of ['document', 'configurationHistory', 'configuration'])
      await queries.invalidateQueries({ queryKey: [key] });
  }, [queries]);
}

export function useEditing(): { stored: ReturnType<typeof useStored>; editing: Editing | null } {
  const stored = useStored();
  const [draft, setDraft] = useKept<Draft | null>(useKeep(), 'configurationDraft', null);
  const { data } = stored;
  const editing = useMemo((): Editing | null => {
    if (!data) return null;
    const base = data.document as Document;
    const document = draft?.document ?? base;
    const basedOn = draft?.basedOn ?? data.version;
    const replace = (next: Document) =>
      setDraft(basedOn === data.version && isSame(next, base) ? undefined : { basedOn, document: next });
    return {
      document,
      basedOn,
      isInForce: data.is_in_force,
      isChanged: draft !== null,
      isOutdated: basedOn !== data.version,
      change: (key, value) => replace({ ...document, [key]: value }),
      replace,
      discard: () => setDraft(undefined),
    };
  }, [data, draft, setDraft]);
  return { stored, editing };
}
