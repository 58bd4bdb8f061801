/** A component inside what the app gives every page: a session, a query cache, routes, Ant Design. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, type RenderResult } from '@testing-library/react';
import { App } from 'antd';
import type { ReactNode } from 'react';
import { MemoryRouter } from 'react-router';
import type { AssignmentCard, Configuration, Desk, OfferCard, QueueLine, User } from './api/types';
import i18next from './i18n';
import { useKeys } from './keys/actions';
import { useLive } from './live/store';
import { initialLive } from './live/state';
import { useSession } from './session/session';

export const anna: User = {
  user_id: 'anna',
  username: 'anna',
  display_name: 'Anna Berg',
  role: 'agent',
  team_id: 'north',
  queue_ids: ['sales'],
  language: 'en',
};

export const configuration: Configuration = {
  version: 'v1',
  queues: [
    {
      queue_id: 'sales',
      name: { en: 'Sales', zh: '销售咨询' },
      disposition_ids: ['sale', 'quote', 'information', 'no_answer', 'wrong_queue'],
      offer_timeout_ms: 20_000,
      wrap_up_limit_ms: 120_000,
      amber_after_ms: 30_000,
      red_after_ms: 90_000,
    },
  ],
  not_ready_reasons: [{ reason_id: 'break', name: { en: 'Break', zh: '小休' } }],
  dispositions: [
    { disposition_id: 'sale', name: { en: 'Sale made', zh: '已成交' } },
    { disposition_id: 'quote', name: { en: 'Quote sent', zh: '已报价' } },
    { disposition_id: 'information', name: { en: 'Information given', zh: '已答复咨询' } },
    { disposition_id: 'no_answer', name: { en: 'No answer', zh: '客户未回应' } },
    { disposition_id: 'wrong_queue', name: { en: 'Wrong department', zh: '转错部门' } },
  ],
  teams: [{ team_id: 'north', name: { en: 'North team', zh: '北方团队' } }],
  widgets: [],
  skills: [{ skill_id: 'zh', name: { en: 'Chinese', zh: '中文' } }],
  queue_names: { sales: { en: 'Sales', zh: '销售咨询' }, support: { en: 'Support', zh: '技术支持' } },
};

export const offerOf = (change: Partial<OfferCard> = {}): OfferCard => ({
  offer_id: 'o1',
  contact_id: 'c1',
  channel: 'chat',
  queue_id: 'sales',
  customer_name: 'Maria Santos',
  opening_text: 'My cup arrived broken',
  language: 'en',
  waiting_since_ms: Date.now() - 65_000,
  made_at_ms: Date.now() - 4_000,
  expires_at_ms: Date.now() + 16_000,
  ...change,
});

export const assignmentOf = (change: Partial<AssignmentCard> = {}): AssignmentCard => ({
  contact_id: 'c1',
  channel: 'chat',
  queue_id: 'sales',
  state: 'connected',
  state_since_ms: Date.now(),
  arrived_at_ms: Date.now(),
  connected_at_ms: Date.now(),
  customer_name: 'Maria Santos',
  language: 'en',
  is_customer_present: true,
  is_ended_by_customer: false,
  wrap_up_until_ms: null,
  wrap_up_extensions_left: 2,
  last_message_seq: 0,
  ...change,
});

export const queueLineOf = (change: Partial<QueueLine>): QueueLine => ({
  queue_id: 'sales',
  waiting: 0,
  oldest_waiting_since_ms: null,
  offered: 0,
  connected: 0,
  wrap_up: 0,
  agents_ready: 0,
  agents_busy: 0,
  agents_not_ready: 0,
  arrived_today: 0,
  answered_today: 0,
  abandoned_today: 0,
  mean_wait_of_answered_ms: null,
  mean_handle_ms: null,
  service_level_permille: null,
  service_formula: 'answered_only',
  service_threshold_ms: 20_000,
  estimate_p50_ms: null,
  estimate_p90_ms: null,
  ...change,
});

export function showDesk(part: Partial<Desk>): void {
  const agent: Desk['agent'] = {
    agent_id: 'anna',
    state: 'ready',
    reason_id: null,
    state_since_ms: Date.now(),
    next_state: null,
    is_present: true,
    capacity_used: 0,
    capacity_total: 3,
  };
  useLive.setState({ ...initialLive, link: 'open', desk: { agent, offers: [], assignments: [], ...part } });
}

function Page({ children }: { children: ReactNode }) {
  useKeys();
  return children;
}

export function show(element: ReactNode): RenderResult {
  useSession.setState({ user: anna, hasEnded: false, isUnreachable: false });
  void i18next.changeLanguage('en');
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } });
  queries.setQueryData(['configuration'], configuration);
  return render(
    <QueryClientProvider client={queries}>
      <MemoryRouter>
        <App component={false}>
          <Page>{element}</Page>
        </App>
      </MemoryRouter>
    </QueryClientProvider>,
  );
}
