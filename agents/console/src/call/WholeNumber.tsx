import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { readNumbers } from '../api/calls';
import { useCommand } from '../ui/useCommand';

const ask = (_: string, contactId: string) => readNumbers(contactId);

/** For who may see it: the end of a number, and a button that asks for the whole; each time is on record. */
export function WholeNumber({ contactId, masked }: { contactId: string; masked: string }) {
  const { t } = useTranslation();
  const { run, isBusy } = useCommand(ask);
  const [whole, setWhole] = useState('');
  const show = async () => {
    const numbers = await run(contactId);
    if (numbers) setWhole(numbers.caller);
  };
  return (
    <>
      {whole || masked}
      {!whole && (
        <Button
          size="small"
          type="link"
          loading={isBusy}
          title={t('call.onRecord')}
          onClick={() => void show()}
        >
          {t('call.wholeNumber')}
        </Button>
      )}
    </>
  );
}
