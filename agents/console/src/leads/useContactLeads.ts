import { useQuery, useQueryClient } from '@tanstack/react-query';
import { readContactLeads } from '../api/leads';

const REFRESH_MS = 5_000;

/** Leads of a contact's customer, and a way to read them anew. */
export function useContactLeads(contactId: string) {
  const queries = useQueryClient();
  const queryKey = ['contact-leads', contactId];
  const asked = useQuery({
    queryKey,
    queryFn: () => readContactLeads(contactId),
    enabled: contactId !== '',
    refetchInterval: REFRESH_MS,
  });
  return { asked, reload: () => void queries.invalidateQueries({ queryKey }) };
}
