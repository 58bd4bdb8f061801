import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

/** How the beginning of an hour or a day is written. */
export function useWhen(step: 'hour' | 'day'): (startMs: number) => string {
  const { i18n } = useTranslation();
  return useMemo(() => {
    const format = new Intl.DateTimeFormat(
      i18n.language,
      step === 'hour'
        ? { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
        : { weekday: 'short', month: 'numeric', day: 'numeric' },
    );
    return (startMs) => format.format(startMs);
  }, [i18n.language, step]);
}
