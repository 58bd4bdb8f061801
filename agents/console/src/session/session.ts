/** Who is logged in on this browser, and what happens at the two ends of that. */
import { create } from 'zustand';
import { logOut, readSession } from '../api/calls';
import { ApiError, loggedOut } from '../api/http';
import type { User } from '../api/types';
import { chooseLanguage, isLanguageChosen, toLanguage } from '../i18n';
import { closeLive, useLive } from '../live/store';
import { keepOf, type Keep } from '../persist/keep';

interface Session {
  /** Undefined until the server has been asked. */
  user: User | null | undefined;
  /** Why the log-in page is shown, when the user did not ask for it. */
  hasEnded: boolean;
  /** The server could not be asked. */
  isUnreachable: boolean;
}

export const useSession = create<Session>(() => ({ user: undefined, hasEnded: false, isUnreachable: false }));

export function startSession(user: User): void {
  if (!isLanguageChosen() && user.language) chooseLanguage(toLanguage(user.language));
  useSession.setState({ user, hasEnded: false, isUnreachable: false });
}

/** The server ended it (another tab logged out, time, an administrator): typed text stays for the next log-in. */
export function sessionEnded(): void {
  closeLive();
  useSession.setState({ user: null, hasEnded: true });
}

/** While there is no connection: perhaps because the session is gone. Whatever else it is, the socket retries. */
export function checkSession(): void {
  readSession().catch(() => undefined);
}

loggedOut.addEventListener('loggedOut', () => {
  if (useSession.getState().user) sessionEnded();
});

export async function restoreSession(): Promise<void> {
  try {
    startSession((await readSession()).user);
  } catch (error) {
    const isLoggedOut = error instanceof ApiError && error.status === 401;
    useSession.setState(isLoggedOut ? { user: null, isUnreachable: false } : { isUnreachable: true });
  }
}

/** What was typed is let go of, but for contacts that stay with the agent: parked work waits for the next log-in. */
export async function endSession(): Promise<void> {
  const user = useSession.getState().user;
  const staying = useLive.getState().desk?.assignments.map((item) => item.contact_id);
  closeLive();
  try {
    await logOut();
  } finally {
    if (user) keepOf(user.user_id).clear(staying);
    useSession.setState({ user: null, hasEnded: false });
  }
}

/** The logged-in user; only inside pages that are shown to one. */
export function useUser(): User {
  const user = useSession((state) => state.user);
  if (!user) throw new Error('no user outside a session');
  return user;
}

const keeps = new Map<string, Keep>();

/** Where this user's drafts and places are kept. */
export function useKeep(): Keep {
  const { user_id } = useUser();
  const keep = keeps.get(user_id) ?? keepOf(user_id);
  keeps.set(user_id, keep);
  return keep;
}
