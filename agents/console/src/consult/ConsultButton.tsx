import { Button } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AssignmentCard } from '../api/types';
import { useAction } from '../keys/actions';
import { Icon } from '../ui/Icon';

const ConsultDialog = lazy(() =>
  import('./ConsultDialog').then((module) => ({ default: module.ConsultDialog })),
);

export function ConsultButton({ item, canAsk }: { item: AssignmentCard; canAsk: boolean }) {
  const { t } = useTranslation();
  const [isOpen, open] = useState(false);
  const begin = () => open(true);
  useAction('consult', canAsk ? begin : undefined);
  return (
    <>
      <Button icon={<Icon name="person" size={16} />} disabled={!canAsk} onClick={begin}>
        {t('consult.button')}
        <kbd>Alt+C</kbd>
      </Button>
      {isOpen && (
        <Suspense>
          <ConsultDialog item={item} onClose={() => open(false)} />
        </Suspense>
      )}
    </>
  );
}
