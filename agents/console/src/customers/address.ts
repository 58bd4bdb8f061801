/** Where a customer's page stands, and what is typed to find one. */

const KEY = /^[\w-]{32}$/;

/** What was typed to come here: it goes along with the step in the browser's history, never in an address. */
export interface Arrival {
  address: string;
}

export const customerPath = (customerKey: string): string => `/customers/${encodeURIComponent(customerKey)}`;

/** Whether this is what journal and log know customers by, and no number or address. */
export const isCustomerKey = (text: string): boolean => KEY.test(text);

export function arrivalAddress(state: unknown): string {
  const { address } = (state ?? {}) as Partial<Arrival>;
  return typeof address === 'string' ? address : '';
}
