import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/http';

/** An error in the reader's words: by code, else the server's own sentence. */
export function useErrorText(): (error: unknown) => string {
  const { t, i18n } = useTranslation();
  return useCallback(
    (error) => {
      if (!(error instanceof ApiError)) return t('errors.unknown');
      const key = `errors.${error.code}`;
      if (i18n.exists(key))
        return t(key, { seconds: Math.ceil(error.retryAfterMs / 1000) || 1, message: error.message });
      return error.message || t('errors.unknown');
    },
    [t, i18n],
  );
}
