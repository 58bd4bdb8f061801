import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { beforeEach, expect, test, vi } from 'vitest';
import type { MailThread, MailView, SendMail } from '../api/types';
import { assignmentOf, show, showDesk } from '../test-render';
import { addressesOf, forward, wrongAddresses } from './draft';
import { EmailPanel } from './EmailPanel';
import { instantOf, ownZone } from '../ui/zones';
import { morningMs } from './ParkUntil';

const sent = vi.hoisted(() => [] as SendMail[]);
const parked = vi.hoisted(() => [] as (number | null | undefined)[]);
const thread = vi.hoisted(() => ({ now: null as MailThread | null }));
vi.mock('../api/calls', async (original) => ({
  ...(await original<typeof import('../api/calls')>()),
  readMails: () => Promise.resolve(thread.now),
  readMessages: () => Promise.resolve({ messages: [], has_more: false }),
  parkContact: (_: string, _key: string, untilMs?: number | null) => {
    parked.push(untilMs);
    return Promise.resolve({ seq: 1 });
  },
  sendMail: (_: string, mail: SendMail) => {
    sent.push(mail);
    return Promise.resolve({ seq: 1, mail_id: 'm2' });
  },
}));

const mailOf = (change: Partial<MailView> = {}): MailView => ({
  mail_id: 'm1',
  contact_id: 'c1',
  kind: 'mail',
  at_ms: Date.now(),
  sender: { address: 'mia@example.org', name: 'Mia' },
  to: [{ address: 'help@shop.example', name: '' }],
  cc: [],
  subject: 'Cup',
  text: 'It broke.',
  quoted: 'Older words',
  has_html: false,
  has_remote_images: false,
  attachments: [],
  state: 'received',
  failure: '',
  attempts: 0,
  author_id: '',
  authentication: '',
  unread_because: '',
  is_cut: false,
  ...change,
});

const threadOf = (mails: MailView[], cc: string[] = []): MailThread => ({
  contact_id: 'c1',
  subject: 'Cup',
  mails,
  reply: {
    to: [{ address: 'mia@example.org', name: 'Mia' }],
    cc: cc.map((address) => ({ address, name: '' })),
    subject: 'Re: Cup',
    signature: 'Yours',
    sender: { address: 'help@shop.example', name: 'Help' },
  },
  former_contact_id: '',
  holder_id: 'anna',
  holder_name: 'Anna Berg',
  is_holder_writing: false,
});

async function open(mails: MailView[], cc: string[] = []): Promise<void> {
  thread.now = threadOf(mails, cc);
  const item = assignmentOf({ channel: 'email' });
  showDesk({ assignments: [item] });
  show(<EmailPanel item={item} />);
  await screen.findByText('Cup');
}

beforeEach(() => {
  sent.length = 0;
  localStorage.clear();
});

test('an answer starts signed, and a signature alone is not sent', async () => {
  await open([mailOf()]);
  const text = await screen.findByLabelText<HTMLTextAreaElement>('Text of the mail');
  expect(text.value).toBe('\n\nYours');
  expect(screen.getByRole('button', { name: 'Send' }).hasAttribute('disabled')).toBe(true);
  fireEvent.change(text, { target: { value: 'Sorry!\n\nYours' } });
  fireEvent.click(screen.getByRole('button', { name: 'Send' }));
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]).toEqual({
    to: ['mia@example.org'],
    cc: [],
    subject: 'Re: Cup',
    text: 'Sorry!\n\nYours',
    mail_id: 'm1',
    is_forward: false,
    ends_contact: false,
    upload_ids: [],
  });
});

test('to all, and to somebody outside: the words that are there stay', async () => {
  await open([mailOf()], ['bo@example.org']);
  fireEvent.change(await screen.findByLabelText('Text of the mail'), { target: { value: 'Look' } });
  fireEvent.click(screen.getByRole('button', { name: 'Reply to all' }));
  expect(screen.getByLabelText<HTMLInputElement>('Cc').value).toBe('bo@example.org');
  fireEvent.click(screen.getByRole('button', { name: 'Forward' }));
  expect(screen.getByLabelText<HTMLInputElement>('Subject').value).toBe('Fwd: Cup');
  expect(screen.getByRole('button', { name: 'Send' }).hasAttribute('disabled')).toBe(true);
  fireEvent.change(screen.getByLabelText('To'), { target: { value: 'nobody' } });
  expect(screen.getByText('This is not an address: nobody')).toBeTruthy();
  fireEvent.change(screen.getByLabelText('To'), { target: { value: 'expert@example.net' } });
  fireEvent.click(screen.getByRole('button', { name: 'Send and close' }));
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]).toMatchObject({ to: ['expert@example.net'], is_forward: true, ends_contact: true });
});

test('HTML stands in a frame that can run nothing, and pictures are off until asked for', async () => {
  await open([mailOf({ has_html: true, has_remote_images: true })]);
  const frame = await screen.findByTitle<HTMLIFrameElement>('Show as written');
  expect(frame.getAttribute('sandbox')).toBe('allow-popups allow-popups-to-escape-sandbox');
  expect(frame.src).toContain('images=false');
  act(() => screen.getByRole('button', { name: 'Show pictures' }).click());
  expect(screen.getByTitle<HTMLIFrameElement>('Show as written').src).toContain('images=true');
});

test('what did not arrive, was not opened or not kept is said', async () => {
  const file = { attachment_id: '', name: 'a.exe', content_type: 'x/y', size_bytes: 1, refused: 'type' };
  await open([
    mailOf({ unread_because: 'too_many_parts', attachments: [file] }),
    mailOf({ mail_id: 'm2', kind: 'reply', state: 'bounced', failure: '5.1.1' }),
  ]);
  expect(screen.getByText(/Not opened, it has too many parts/)).toBeTruthy();
  expect(screen.getByTitle('Not kept: a file that could run')).toBeTruthy();
  expect(screen.getByText(/Came back/).textContent).toContain('5.1.1');
});

test('addresses are parted as people part them', () => {
  expect(addressesOf('a@b.c, d@e.f;g@h.i  j@k.l')).toEqual(['a@b.c', 'd@e.f', 'g@h.i', 'j@k.l']);
  expect(wrongAddresses('a@b.c, 用户@b.c, x')).toEqual(['用户@b.c', 'x']);
});

test('a forward is not a forward of an answer of an answer', () => {
  const { reply } = threadOf([]);
  expect(reply && forward({ ...reply, subject: 'Re: 回复: Fwd: Cup' }, '').subject).toBe('Fwd: Cup');
});

test('mornings are at nine', () => {
  const now = Date.parse('2026-07-31T21:30:00Z');
  expect(morningMs(now, 1, 'Europe/Berlin')).toBe(Date.parse('2026-08-01T07:00:00Z'));
  expect(morningMs(now, 1, 'Asia/Shanghai')).toBe(Date.parse('2026-08-02T01:00:00Z'));
});

test('a mail is put aside until any time ahead, by the clock of the site, and until none that is past', async () => {
  await open([mailOf()]);
  fireEvent.click(await screen.findByRole('button', { name: 'Put aside until' }));
  fireEvent.click(await screen.findByText('At another time …'));
  const field = await screen.findByLabelText<HTMLInputElement>(/^Until \(time zone/);
  const put = () => screen.getByRole<HTMLButtonElement>('button', { name: 'Put aside' });
  expect(put().disabled).toBe(false);
  for (const wall of ['2001-01-01T09:00', '2999-01-01T09:00', '']) {
    fireEvent.change(field, { target: { value: wall } });
    expect(put().disabled).toBe(true);
    expect(screen.getByText('Choose a time ahead, within a year.')).toBeTruthy();
  }
  const year = new Date(Date.now() + 200 * 24 * 3_600_000).toISOString().slice(0, 10);
  fireEvent.change(field, { target: { value: `${year}T09:00` } });
  fireEvent.click(put());
  await waitFor(() => expect(parked).toHaveLength(1));
  expect(parked[0]).toBe(instantOf(`${year}T09:00`, ownZone()));
});
