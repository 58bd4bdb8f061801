/** The frame around every page: header, offers, stale banner, and the pages this role may open. */
import { App as AntApp } from 'antd';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, Route, Routes } from 'react-router';
import { ApiError } from '../api/http';
import { closeLive, openLive, retryLiveNow } from '../live/store';
import { OfferHost } from '../offer/OfferHost';
import { checkSession, sessionEnded, useUser } from '../session/session';
import { Loading } from '../ui/Panel';
import { toast } from '../ui/toasts';
import { useErrorText } from '../ui/useErrorText';
import { Header } from './Header';
import { HelpDialog } from './HelpDialog';
import { homeOf, pagesOf, type PageName } from './pages';
import styles from './Shell.module.css';
import { StaleBanner } from './StaleBanner';
import { useBackgroundTick } from './useBackgroundTick';
import { useLeaving } from './useLeaving';

const pages: Record<PageName, ReturnType<typeof lazy>> = {
  desk: lazy(() => import('../desk/DeskPage')),
  supervisor: lazy(() => import('../supervisor/SupervisorPage')),
  log: lazy(() => import('../log/LogPage')),
  users: lazy(() => import('../users/UsersPage')),
};

/** Goodbyes the stale banner explains well enough. */
const quietByes = ['server_stopping', 'slow_reader'];

function useLiveConnection(): void {
  const errorText = useErrorText();
  const say = useRef(errorText);
  useEffect(() => {
    say.current = errorText;
  });
  useEffect(() => {
    openLive((frame) => {
      if (frame.type !== 'bye') return;
      if (frame.code === 'session_ended') sessionEnded();
      else if (!quietByes.includes(frame.code))
        toast(say.current(new ApiError(frame.code, frame.message)), 'error');
    }, checkSession);
    window.addEventListener('online', retryLiveNow);
    return () => {
      window.removeEventListener('online', retryLiveNow);
      closeLive();
    };
  }, []);
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** `?` opens the help, never while typing. */
function useHelpKey(open: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === '?' && !isTyping(event.target)) open();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [open]);
}

function Frame() {
  const { t } = useTranslation();
  const { role } = useUser();
  const [isHelpOpen, setHelpOpen] = useState(false);
  const [openHelp] = useState(() => () => setHelpOpen(true));
  useLiveConnection();
  useLeaving();
  useBackgroundTick();
  useHelpKey(openHelp);
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#main">
        {t('shell.skip')}
      </a>
      <Header onHelp={openHelp} />
      <StaleBanner />
      <main id="main" className={styles.main} tabIndex={-1}>
        <Suspense fallback={<Loading rows={6} />}>
          <Routes>
            {pagesOf(role).map((name) => {
              const Page = pages[name];
              return <Route key={name} path={`/${name}`} element={<Page />} />;
            })}
            <Route path="*" element={<Navigate to={homeOf(role)} replace />} />
          </Routes>
        </Suspense>
      </main>
      {role === 'agent' && <OfferHost />}
      <HelpDialog isOpen={isHelpOpen} onClose={() => setHelpOpen(false)} />
    </div>
  );
}

export default function Shell() {
  return (
    <AntApp component={false}>
      <Frame />
    </AntApp>
  );
}
