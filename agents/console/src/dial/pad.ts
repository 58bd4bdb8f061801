/** The number pad, opened from wherever a number or a customer stands. */
import { create } from 'zustand';

export interface Prefilled {
  number: string;
  /** The customer of this contact is called; `number` is what is shown of theirs. */
  contactId?: string;
  /** So is that of this case. */
  caseId?: string;
}

export const usePad = create<{ prefilled: Prefilled | null }>(() => ({ prefilled: null }));

export const openPad = (prefilled: Prefilled = { number: '' }) => usePad.setState({ prefilled });
export const closePad = () => usePad.setState({ prefilled: null });
