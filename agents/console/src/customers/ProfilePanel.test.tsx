import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { beforeEach, expect, test, vi } from 'vitest';
import type { Profile } from '../api/customers';
import { ApiError } from '../api/http';
import { useSession } from '../session/session';
import { anna, show } from '../test-render';
import { ProfilePanel } from './ProfilePanel';

const KEY = 'k';
const calls = vi.hoisted(() => ({ readProfile: vi.fn(), putProfile: vi.fn() }));
const finding = vi.hoisted(() => ({ findCustomer: vi.fn(), readAgents: vi.fn() }));
vi.mock('../api/customers', async (original) => ({ ...(await original<object>()), ...calls }));
vi.mock('../api/history', async (original) => ({ ...(await original<object>()), ...finding }));

const mia: Profile = {
  customer_key: KEY,
  address: '+49301234567',
  email: null,
  tier: 'silver',
  language: null,
  region: null,
  owner_agent_id: 'anna',
  has_open_complaint: false,
};

beforeEach(() => {
  for (const call of Object.values({ ...calls, ...finding })) call.mockReset();
  calls.readProfile.mockResolvedValue(mia);
  calls.putProfile.mockImplementation((body: Profile) =>
    Promise.resolve({ profile: { ...body, customer_key: KEY } }),
  );
  finding.findCustomer.mockResolvedValue({ customer_key: KEY });
  finding.readAgents.mockResolvedValue({ agents: [{ agent_id: 'anna', display_name: 'Anna Berg' }] });
});

function showAsAdmin(): void {
  show(<ProfilePanel customerKey={KEY} />);
  act(() => useSession.setState({ user: { ...anna, role: 'admin' } }));
}

const type = (label: string, text: string) =>
  fireEvent.change(screen.getByLabelText(label), { target: { value: text } });
const save = () => fireEvent.click(screen.getByRole('button', { name: 'Save' }));

async function openEdit(): Promise<void> {
  showAsAdmin();
  fireEvent.click(await screen.findByRole('button', { name: 'Edit the profile' }));
}

test('who may not read profiles is asked nothing and offered nothing', () => {
  show(<ProfilePanel customerKey={KEY} />);
  expect(screen.getByText(/Administrators see and edit/)).toBeInTheDocument();
  expect(screen.queryByRole('button')).toBeNull();
  expect(calls.readProfile).not.toHaveBeenCalled();
});

test('what is known is shown, changed and stored whole', async () => {
  await openEdit();
  expect(screen.getByText('Anna Berg', { selector: 'dd' })).toBeInTheDocument();
  type('E-mail', 'mia@example.org');
  type('Tier', 'vip');
  save();
  await waitFor(() => expect(calls.putProfile).toHaveBeenCalledOnce());
  const { customer_key: key, ...values } = { ...mia, email: 'mia@example.org', tier: 'vip' };
  expect(key).toBe(KEY);
  expect(calls.putProfile).toHaveBeenCalledWith(values);
  expect(await screen.findByText('vip', { selector: 'dd' })).toBeInTheDocument();
});

test('what somebody else stored meanwhile is told, nothing is stored over it unseen, what was typed stays', async () => {
  await openEdit();
  type('E-mail', 'mia@example.org');
  calls.readProfile.mockResolvedValue({ ...mia, tier: 'gold', has_open_complaint: true });
  save();
  expect(await screen.findByText(/Tier is now gold, Open complaint is now Yes/)).toBeInTheDocument();
  expect(calls.putProfile).not.toHaveBeenCalled();
  expect(screen.getByLabelText('E-mail')).toHaveValue('mia@example.org');
  save();
  await waitFor(() => expect(calls.putProfile).toHaveBeenCalledOnce());
});

test('a refusal is told in the dialog, which stays', async () => {
  await openEdit();
  calls.putProfile.mockRejectedValue(new ApiError('profile_invalid', 'a tier has small letters.', 422));
  type('E-mail', 'mia@example.org');
  save();
  expect(await screen.findByText(/Not accepted/)).toBeInTheDocument();
  expect(screen.getByLabelText('E-mail')).toHaveValue('mia@example.org');
});

test('a profile is added for the customer of the page alone', async () => {
  calls.readProfile.mockResolvedValue(null);
  showAsAdmin();
  fireEvent.click(await screen.findByRole('button', { name: 'Add a profile' }));
  type('Number or address', 'other@example.org');
  finding.findCustomer.mockResolvedValue({ customer_key: 'another' });
  save();
  expect(await screen.findByText(/belongs to another customer/)).toBeInTheDocument();
  expect(calls.putProfile).not.toHaveBeenCalled();
});
