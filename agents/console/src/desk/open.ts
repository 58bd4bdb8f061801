/** What somebody has just accepted or had called is what they want to see: it opens, whatever page they are on. */
import { useCallback } from 'react';
import { useNavigate } from 'react-router';
import { useKeep } from '../session/session';

export function useOpenOnDesk(): (contactId: string) => void {
  const keep = useKeep();
  const navigate = useNavigate();
  return useCallback(
    (contactId) => {
      keep.set('open', contactId);
      void navigate('/desk');
    },
    [keep, navigate],
  );
}
