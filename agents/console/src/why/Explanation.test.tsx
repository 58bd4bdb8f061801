import { fireEvent, screen, waitFor } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import { explainContact, explainOffers } from '../api/calls';
import i18next from '../i18n';
import { show } from '../test-render';
import { Explanation } from './Explanation';

vi.mock('../api/calls', () => ({ explainContact: vi.fn(), explainOffers: vi.fn(), readSession: vi.fn() }));

const waiting = {
  as_of_seq: 9,
  server_now_ms: 1_000,
  contact_id: 'c1',
  state: 'waiting' as const,
  waiting: null,
  why_not: null,
  sections: [{ title: 'Waiting for 1 min', lines: ['2 agents not ready: Bo Lind'] }],
};

beforeEach(() => {
  vi.mocked(explainContact).mockReset().mockResolvedValue(waiting);
  vi.mocked(explainOffers).mockReset().mockResolvedValue({ contact_id: 'c1', offers: [] });
});

it('tells why a contact waits, in the words of the server', async () => {
  show(<Explanation contactId="c1" />);
  expect(await screen.findByText('Waiting for 1 min')).toBeVisible();
  expect(screen.getByText('2 agents not ready: Bo Lind')).toBeVisible();
  expect(explainContact).toHaveBeenCalledWith('c1', 'en', undefined);
});

it('asks for Chinese when the console is in Chinese', async () => {
  show(<Explanation contactId="c1" />);
  await i18next.changeLanguage('zh-CN');
  await waitFor(() => expect(explainContact).toHaveBeenCalledWith('c1', 'zh', undefined));
});

it('reads the journal for the offers only when asked to', async () => {
  show(<Explanation contactId="c1" />);
  fireEvent.click(await screen.findByRole('button', { name: 'Why its offers went where they did' }));
  expect(await screen.findByText('It was never offered to anybody.')).toBeVisible();
  expect(explainOffers).toHaveBeenCalledTimes(1);
});
