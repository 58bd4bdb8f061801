import { Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import type { CaseRow } from '../api/cases';
import { StateTag } from '../ui/StateTag';
import { lookOf } from './words';

/** Where a case stands; that it is a major one, and how often it was opened again. */
export function CaseState({ row }: { row: CaseRow }) {
  const { t } = useTranslation();
  const [tone, icon] = lookOf(row.state);
  return (
    <span>
      <StateTag tone={tone} icon={icon} isPlain>
        {t(`cases.state.${row.state}`)}
      </StateTag>{' '}
      {row.is_major && <Tag variant="outlined">{t('cases.major')}</Tag>}
      {row.times_reopened > 0 && (
        <Tag variant="outlined">{t('cases.reopened', { times: row.times_reopened })}</Tag>
      )}
    </span>
  );
}
