/** The frame around every page: header, offers, stale banner, and the pages this role may open. */
import { App as AntApp } from 'antd';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, Route, Routes, useLocation } from 'react-router';
import { ApiError } from '../api/http';
import { useAction, useKeys } from '../keys/actions';
import { Palette } from '../keys/Palette';
import { closeLive, openLive, retryLiveNow } from '../live/store';
import { OfferHost } from '../offer/OfferHost';
import { startPhone } from '../phone/phone';
import { PhoneBar } from '../phone/PhoneBar';
import { checkSession, sessionEnded, useUser } from '../session/session';
import { Loading } from '../ui/Panel';
import { toast } from '../ui/toasts';
import { useErrorText } from '../ui/useErrorText';
import { ClockBanner } from './ClockBanner';
import { EmergencyBanner } from './EmergencyBanner';
import { Header } from './Header';
import { HelpDialog } from './HelpDialog';
import { homeOf, isBare, pagesOf, type PageName } from './pages';
import styles from './Shell.module.css';
import { StaleBanner } from './StaleBanner';
import { useBackgroundTick } from './useBackgroundTick';
import { useLeaving } from './useLeaving';

const pages: Record<PageName, ReturnType<typeof lazy>> = {
  desk: lazy(() => import('../desk/DeskPage')),
  supervisor: lazy(() => import('../supervisor/SupervisorPage')),
  cases: lazy(() => import('../cases/CasesPage')),
  leads: lazy(() => import('../leads/LeadsPage')),
  campaigns: lazy(() => import('../campaigns/CampaignsPage')),
  'call-backs': lazy(() => import('../callbacks/CallBacksPage')),
  log: lazy(() => import('../log/LogPage')),
  customers: lazy(() => import('../customers/CustomersPage')),
  reports: lazy(() => import('../reports/ReportsPage')),
  articles: lazy(() => import('../articles/ArticlesPage')),
  users: lazy(() => import('../users/UsersPage')),
  telephony: lazy(() => import('../telephony/TelephonyPage')),
  audit: lazy(() => import('../audit/AuditPage')),
  integrations: lazy(() => import('../integrations/IntegrationsPage')),
  configuration: lazy(() => import('../configuration/ConfigurationPage')),
  wallboard: lazy(() => import('../wallboard/WallboardPage')),
};

/** One of those whom the page *Customers* finds. */
const CustomerPage = lazy(() => import('../customers/CustomerPage'));

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

function Frame() {
  const { t } = useTranslation();
  const { role } = useUser();
  // The wall says itself how old its figures are, and nobody is there to press "Seen".
  const hasHeader = !isBare(useLocation().pathname) || !pagesOf(role).includes('wallboard');
  const [layer, show] = useState<'help' | 'palette' | null>(null);
  const [openHelp] = useState(() => () => show('help'));
  const [openPalette] = useState(() => () => show('palette'));
  const close = () => show(null);
  useLiveConnection();
  useLeaving();
  useBackgroundTick();
  useEffect(startPhone, []);
  useKeys();
  useAction('help', openHelp);
  useAction('palette', openPalette);
  return (
    <div className={styles.shell}>
      {hasHeader && (
        <a className={styles.skip} href="#main">
          {t('shell.skip')}
        </a>
      )}
      {hasHeader && <Header onHelp={openHelp} onPalette={openPalette} />}
      <ClockBanner />
      {hasHeader && <StaleBanner />}
      {hasHeader && <EmergencyBanner />}
      <main id="main" className={styles.main} tabIndex={-1}>
        <Suspense fallback={<Loading rows={6} />}>
          <Routes>
            {pagesOf(role).map((name) => {
              const Page = pages[name];
              return <Route key={name} path={`/${name}`} element={<Page />} />;
            })}
            <Route path="/customers/:customerKey" element={<CustomerPage />} />
            <Route path="*" element={<Navigate to={homeOf(role)} replace />} />
          </Routes>
        </Suspense>
      </main>
      {role === 'agent' && <OfferHost />}
      <PhoneBar />
      <HelpDialog isOpen={layer === 'help'} onClose={close} />
      <Palette isOpen={layer === 'palette'} onClose={close} />
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
