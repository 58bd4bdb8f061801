import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { ConfigProvider } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import { lazy, Suspense, useEffect, useLayoutEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { BrowserRouter } from 'react-router';
import { ApiError } from './api/http';
import { LoginPage } from './login/LoginPage';
import { restoreSession, useSession } from './session/session';
import { paint, useTheme } from './theme/theme';
import { Loading, Unreachable } from './ui/Panel';
import { Toasts } from './ui/Toasts';

const Shell = lazy(() => import('./shell/Shell'));

const RETRIES_MAX = 3;

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) => failures < RETRIES_MAX && error instanceof ApiError && error.isRetryable,
      refetchOnWindowFocus: false,
      // The machine's idea of "online" says nothing about a server on the same network.
      networkMode: 'always',
    },
  },
});

function Page() {
  const user = useSession((state) => state.user);
  const isUnreachable = useSession((state) => state.isUnreachable);
  useEffect(() => {
    void restoreSession();
  }, []);
  useEffect(() => {
    if (!user) queries.clear();
  }, [user]);
  if (user === undefined)
    return isUnreachable ? <Unreachable onRetry={() => void restoreSession()} /> : <Loading />;
  return user ? <Shell key={user.user_id} /> : <LoginPage />;
}

export function App() {
  const { i18n } = useTranslation();
  const { isDark, config } = useTheme();
  useLayoutEffect(() => paint(isDark), [isDark]);
  return (
    <ConfigProvider
      theme={config}
      locale={i18n.language === 'zh-CN' ? zhCN : enUS}
      wave={{ disabled: true }}
      button={{ autoInsertSpace: false }}
    >
      <QueryClientProvider client={queries}>
        <BrowserRouter>
          <Suspense fallback={<Loading />}>
            <Page />
          </Suspense>
          <Toasts />
        </BrowserRouter>
      </QueryClientProvider>
    </ConfigProvider>
  );
}
