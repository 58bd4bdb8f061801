import { expect, it, vi } from 'vitest';
import { keepOf } from '../persist/keep';
import { anna, assignmentOf, showDesk } from '../test-render';
import { endSession, useSession } from './session';

const logOut = vi.hoisted(() => vi.fn());
vi.mock('../api/calls', async (original) => ({ ...(await original<object>()), logOut }));

it('logging out lets go of what was typed, but for work that stays with the agent', async () => {
  const keep = keepOf('anna');
  keep.set('draft:done', 'of a customer who is gone');
  keep.set('draft:parked', 'half a mail');
  keep.set('recentDispositions', ['sale']);
  showDesk({ assignments: [assignmentOf({ contact_id: 'parked', channel: 'email', state: 'parked' })] });
  useSession.setState({ user: anna });
  await endSession();
  expect(keep.names()).toEqual(['draft:parked']);
  expect(useSession.getState().user).toBeNull();
});
