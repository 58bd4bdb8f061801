/** What can be done with a contact besides talking: hand it on, put it aside, end it. */
import { Button, Popconfirm } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { endContact, parkContact, resumeContact } from '../api/calls';
import { canBePutAside, isCall, type AssignmentCard } from '../api/types';
import { useAction } from '../keys/actions';
import { useIsStale } from '../shell/useIsStale';
import { Icon } from '../ui/Icon';
import { useCommand } from '../ui/useCommand';

const TransferDialog = lazy(() =>
  import('../transfer/TransferDialog').then((module) => ({ default: module.TransferDialog })),
);

const askEnd = (key: string, contactId: string) => endContact(contactId, key);
const askPark = (key: string, contactId: string) => parkContact(contactId, key);
const askResume = (key: string, contactId: string) => resumeContact(contactId, key);

function EndButton({ item }: { item: AssignmentCard }) {
  const { t } = useTranslation();
  const isStale = useIsStale();
  const { run, isBusy } = useCommand(askEnd);
  const [isAsking, ask] = useState(false);
  const end = () => void run(item.contact_id);
  // Nobody is cut off who has gone, or who waits for a mail.
  const mustAsk = item.channel === 'chat' && item.is_customer_present;
  const begin = mustAsk ? () => ask(true) : end;
  useAction('end', isStale ? undefined : begin);
  return (
    <Popconfirm
      title={t('conversation.endTitle', { name: item.customer_name })}
      description={t('conversation.endText')}
      okText={t('conversation.end')}
      cancelText={t('action.cancel')}
      placement="bottomRight"
      icon={null}
      open={isAsking}
      onOpenChange={(isOpen) => ask(isOpen && mustAsk)}
      onConfirm={end}
    >
      <Button
        icon={<Icon name="remove" size={14} />}
        disabled={isStale}
        loading={isBusy}
        title={isStale ? t('stale.commands') : undefined}
        onClick={mustAsk ? undefined : end}
      >
        {t('conversation.end')}
      </Button>
    </Popconfirm>
  );
}

function TransferButton({ item }: { item: AssignmentCard }) {
  const { t } = useTranslation();
  const isStale = useIsStale();
  const [isOpen, open] = useState(false);
  const begin = () => open(true);
  useAction('transfer', isStale ? undefined : begin);
  return (
    <>
      <Button icon={<Icon name="transfer" size={16} />} disabled={isStale} onClick={begin}>
        {t('transfer.button')}
      </Button>
      {isOpen && (
        <Suspense>
          <TransferDialog item={item} onClose={() => open(false)} />
        </Suspense>
      )}
    </>
  );
}

/** Put aside, and back: the same place and the same key. */
function ParkButton({ item }: { item: AssignmentCard }) {
  const { t } = useTranslation();
  const isStale = useIsStale();
  const park = useCommand(askPark);
  const resume = useCommand(askResume);
  const isParked = item.state === 'parked';
  const turn = () => void (isParked ? resume : park).run(item.contact_id);
  useAction('park', isStale ? undefined : turn);
  return (
    <Button
      type={isParked ? 'primary' : 'default'}
      icon={<Icon name={isParked ? 'takeUp' : 'park'} size={16} />}
      disabled={isStale}
      loading={park.isBusy || resume.isBusy}
      onClick={turn}
    >
      {t(isParked ? 'conversation.resume' : 'conversation.park')}
    </Button>
  );
}

export function Actions({ item }: { item: AssignmentCard }) {
  const isConnected = item.state === 'connected';
  const isParked = item.state === 'parked';
  return (
    <>
      {isConnected && <TransferButton item={item} />}
      {(isParked || (isConnected && canBePutAside(item.channel))) && <ParkButton item={item} />}
      {/* A call ends by its own buttons: hanging up is more than ending a conversation. */}
      {isConnected && !isCall(item.channel) && <EndButton item={item} />}
    </>
  );
}
