import { Button, Checkbox, Form, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { callContactBack, type ContactCallBack } from '../api/callBacks';
import { useIsStale } from '../shell/useIsStale';
import { FormDialog } from '../ui/FormDialog';
import { Icon } from '../ui/Icon';
import { toast } from '../ui/toasts';
import { useCommand } from '../ui/useCommand';

interface Fields {
  when?: string;
  number?: string;
  note?: string;
  isMine: boolean;
}

const ask = (key: string, contactId: string, body: ContactCallBack) => callContactBack(contactId, body, key);

/** The agent promises the customer in hand a call: by anybody of the queue, or by the agent's own hand. */
export function PromiseCallBack({ contactId }: { contactId: string }) {
  const { t } = useTranslation();
  const isStale = useIsStale();
  const [isOpen, setOpen] = useState(false);
  const making = useCommand(ask);
  const close = () => setOpen(false);
  const submit = async ({ when, number, note, isMine }: Fields) => {
    const made = await making.run(contactId, {
      at_ms: when ? new Date(when).getTime() : null,
      number: number || null,
      note: note ?? '',
      is_mine: isMine,
    });
    if (!made) return;
    toast(t('callBacks.made'), 'info');
    close();
  };
  return (
    <>
      <p>
        <Button icon={<Icon name="callback" size={16} />} disabled={isStale} onClick={() => setOpen(true)}>
          {t('callBacks.offer')}
        </Button>
      </p>
      {isOpen && (
        <FormDialog<Fields>
          title={t('callBacks.offer')}
          okText={t('callBacks.promise')}
          isBusy={making.isBusy}
          initialValues={{ isMine: false }}
          onSubmit={submit}
          onClose={close}
        >
          <Form.Item name="when" label={t('callBacks.when')} extra={t('callBacks.whenHint')}>
            <Input type="datetime-local" autoFocus />
          </Form.Item>
          <Form.Item
            name="number"
            label={t('callBacks.column.number')}
            extra={t('callBacks.numberHint')}
            rules={[{ pattern: /^\+?[0-9 ()./-]{3,32}$/, message: t('callBacks.numberWrong') }]}
          >
            <Input inputMode="tel" />
          </Form.Item>
          <Form.Item name="note" label={t('callBacks.column.note')}>
            <Input.TextArea maxLength={500} rows={2} />
          </Form.Item>
          <Form.Item name="isMine" valuePropName="checked">
            <Checkbox>{t('callBacks.mine')}</Checkbox>
          </Form.Item>
        </FormDialog>
      )}
    </>
  );
}
