/** Which articles went to the customer, and where one can go: read again whenever a mail of the contact gets further. */
import { readSentArticles } from '../api/articles';

export const sentQuery = (contactId: string, revision = 0) => ({
  queryKey: ['articles', 'sent', contactId, revision],
  queryFn: () => readSentArticles(contactId),
  placeholderData: <T>(before: T) => before,
});
