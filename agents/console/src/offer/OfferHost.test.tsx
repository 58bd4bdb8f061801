import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../api/http';
import { keepOf } from '../persist/keep';
import { assignmentOf, offerOf, show, showDesk } from '../test-render';
import { Toasts } from '../ui/Toasts';
import { useToasts } from '../ui/toasts';
import { OfferHost } from './OfferHost';

const calls = vi.hoisted(() => ({ acceptOffer: vi.fn(), rejectOffer: vi.fn() }));
vi.mock('../api/calls', async (original) => ({ ...(await original<object>()), ...calls }));

beforeEach(() => {
  calls.acceptOffer.mockReset().mockResolvedValue({ seq: 2, contact_id: 'c1' });
  calls.rejectOffer.mockReset().mockResolvedValue({ seq: 2 });
  useToasts.setState({ toasts: [] });
  // jsdom lays nothing out.
  HTMLElement.prototype.checkVisibility = () => true;
});

function showHost(): void {
  show(
    <>
      <OfferHost />
      <input aria-label="elsewhere" />
      <Toasts />
    </>,
  );
}

describe('the offer card', () => {
  it('says who, where, how long and what about, and announces it', () => {
    showDesk({ offers: [offerOf()] });
    showHost();
    expect(screen.getByRole('heading', { name: 'Maria Santos' })).toBeInTheDocument();
    expect(screen.getByText('Chat · Sales')).toBeInTheDocument();
    expect(screen.getByText('My cup arrived broken')).toBeInTheDocument();
    expect(screen.getByText(/Waiting for 1:0\d/)).toBeInTheDocument();
    expect(screen.getByTitle('Time left to answer')).toHaveTextContent(/0:1[5-7]/);
    expect(document.querySelector('[aria-live="assertive"]')).toHaveTextContent(
      'New contact from Maria Santos',
    );
  });

  it('is accepted by Enter and opens the contact in every tab', async () => {
    showDesk({ offers: [offerOf()] });
    showHost();
    fireEvent.keyDown(document.body, { key: 'Enter' });
    await waitFor(() => expect(keepOf('anna').get('open', '')).toBe('c1'));
    expect(calls.acceptOffer).toHaveBeenCalledExactlyOnceWith('o1', expect.any(String));
  });

  it('is declined by Esc', () => {
    showDesk({ offers: [offerOf()] });
    showHost();
    fireEvent.keyDown(document.body, { key: 'Escape' });
    expect(calls.rejectOffer).toHaveBeenCalledExactlyOnceWith('o1', expect.any(String));
  });

  it('leaves Enter to whoever is typing, but not Alt+Enter', () => {
    showDesk({ offers: [offerOf()] });
    showHost();
    const elsewhere = screen.getByLabelText('elsewhere');
    fireEvent.keyDown(elsewhere, { key: 'Enter' });
    fireEvent.keyDown(elsewhere, { key: 'Escape' });
    expect(calls.acceptOffer).not.toHaveBeenCalled();
    expect(calls.rejectOffer).not.toHaveBeenCalled();
    fireEvent.keyDown(elsewhere, { key: 'Enter', altKey: true });
    expect(calls.acceptOffer).toHaveBeenCalledTimes(1);
  });

  it('says in a plain sentence when it came too late', async () => {
    calls.acceptOffer.mockRejectedValue(new ApiError('offer_ended', 'server text', 409));
    showDesk({ offers: [offerOf()] });
    showHost();
    fireEvent.click(screen.getByRole('button', { name: /Accept/ }));
    expect(await screen.findByText(/This offer is over/)).toBeInTheDocument();
  });

  it('falls back to the server’s sentence for a code it does not know', async () => {
    calls.rejectOffer.mockRejectedValue(new ApiError('brand_new', 'The server explains itself.', 409));
    showDesk({ offers: [offerOf()] });
    showHost();
    fireEvent.click(screen.getByRole('button', { name: /Decline/ }));
    expect(await screen.findByText('The server explains itself.')).toBeInTheDocument();
  });
});

describe('an offer that goes away', () => {
  it('by the customer leaves a word', () => {
    showDesk({ offers: [offerOf()] });
    showHost();
    act(() => showDesk({}));
    expect(screen.getByText('Maria Santos is no longer waiting.')).toBeInTheDocument();
  });

  it('by time says so', () => {
    showDesk({ offers: [offerOf({ expires_at_ms: Date.now() })] });
    showHost();
    act(() => showDesk({}));
    expect(screen.getByText(/ran out and went on/)).toBeInTheDocument();
  });

  it('because another tab took it is silent', () => {
    showDesk({ offers: [offerOf()] });
    showHost();
    act(() => showDesk({ assignments: [assignmentOf()] }));
    expect(useToasts.getState().toasts).toEqual([]);
    expect(screen.queryByRole('heading', { name: 'Maria Santos' })).toBeNull();
  });
});
