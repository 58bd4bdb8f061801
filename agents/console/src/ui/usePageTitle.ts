import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';

export function usePageTitle(name: string): void {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${t(`page.${name}`)} · ${t('product')}`;
  }, [t, name]);
}
