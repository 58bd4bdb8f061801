import { App } from 'antd';
import type { RefObject } from 'react';
import { useTranslation } from 'react-i18next';

/** Closes at once while nothing was changed; else asks first, so that no Esc loses what was typed. */
export function useLeave(isChanged: RefObject<boolean>, onClose: () => void): () => void {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  return () => {
    if (!isChanged.current) {
      onClose();
      return;
    }
    void modal.confirm({
      title: t('leave.title'),
      content: t('leave.text'),
      okText: t('leave.discard'),
      cancelText: t('leave.stay'),
      onOk: onClose,
    });
  };
}
