/** Logging out: at once with empty hands, else after the work in hand, so no customer is dropped by a click. */
import { App } from 'antd';
import { useCallback, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { setState } from '../api/calls';
import { newKey, withRetry } from '../api/command';
import { useLive } from '../live/store';
import { useKept } from '../persist/keep';
import { endSession, useKeep } from '../session/session';
import { toast } from '../ui/toasts';
import { useErrorText } from '../ui/useErrorText';

const stateLoggedOut = () => withRetry(newKey(), (key) => setState('logged_out', null, key));

export function useLogOut(): () => void {
  const { t } = useTranslation();
  const keep = useKeep();
  const errorText = useErrorText();
  const { modal } = App.useApp();
  return useCallback(() => {
    const { desk } = useLive.getState();
    const open = desk?.assignments.length ?? 0;
    if (!desk) {
      void endSession();
    } else if (!open) {
      void stateLoggedOut()
        .catch(() => undefined)
        .then(endSession);
    } else {
      modal.confirm({
        title: t('leave.title', { count: open }),
        content: t('leave.text'),
        okText: t('leave.after'),
        cancelText: t('leave.stay'),
        onOk: async () => {
          try {
            const { seq } = await stateLoggedOut();
            keep.set('leaving', seq);
          } catch (error) {
            toast(errorText(error), 'error');
          }
        },
      });
    }
  }, [t, keep, errorText, modal]);
}

/**
 * Ends the session once the last work in hand is done, if that was asked for. What is kept is the seq of the wish: an
 * older desk, which may come after the answer, says nothing about it.
 */
export function useLeaving(): void {
  const keep = useKeep();
  const [wishSeq, setWishSeq] = useKept<number | null>(keep, 'leaving', null);
  const state = useLive((live) => live.desk?.agent.state);
  const next = useLive((live) => live.desk?.agent.next_state?.state);
  const isToldOf = useLive((live) => wishSeq !== null && live.deskSeq >= wishSeq);
  useEffect(() => {
    if (!isToldOf || state === undefined) return;
    if (state === 'logged_out') void endSession();
    else if (next !== 'logged_out') setWishSeq(undefined);
  }, [isToldOf, state, next, setWishSeq]);
}
