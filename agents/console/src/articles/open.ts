/** Which article is open beside which contact; forgotten with the page. */
import { create } from 'zustand';

interface OpenArticle {
  contactId: string;
  articleId: string;
  open: (contactId: string, articleId: string) => void;
}

const useOpen = create<OpenArticle>((set) => ({
  contactId: '',
  articleId: '',
  open: (contactId, articleId) => set({ contactId, articleId }),
}));

export const openArticle = (contactId: string, articleId: string): void =>
  useOpen.getState().open(contactId, articleId);
export const useOpenArticle = (contactId: string): string =>
  useOpen((state) => (state.contactId === contactId ? state.articleId : ''));
