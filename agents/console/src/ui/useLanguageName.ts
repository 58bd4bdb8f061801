import { useTranslation } from 'react-i18next';

/** The name of a language by its tag, in the reader's own. */
export function useLanguageName(): (tag: string) => string {
  const { t, i18n } = useTranslation();
  return (tag) => {
    try {
      return new Intl.DisplayNames(i18n.language, { type: 'language' }).of(tag) ?? tag;
    } catch {
      return tag || t('customer.unknown');
    }
  };
}
