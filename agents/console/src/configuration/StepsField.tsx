import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Document } from '../api/adminCalls';
import { useConfiguration, useNames } from '../session/configuration';
import { Icon } from '../ui/Icon';
import styles from './Configuration.module.css';
import { ChoiceField, ManyField, NumberField, SwitchField, useOptions } from './fields';
import { LevelsField } from './LevelsField';
import { removed, replaced, type Entry, type Step } from './parts';

const asks = ['pool', 'team', 'agent'];

/** A step in one sentence, as it will be. */
function useSentence(document: Document): (step: Step) => string {
  const { t } = useTranslation();
  const names = useNames();
  const nameIn = (key: string, id: string) => {
    const list = (document[key] ?? []) as Entry[];
    const found = list.find((one) => one.id === id);
    return found ? names.of(found.name) || id : id;
  };
  return (step) => {
    const whom =
      step.asks === 'team' && step.team
        ? t('config.step.team', { team: names.team(step.team) })
        : t(`config.step.${step.asks ?? 'pool'}`);
    const needs = Object.entries(step.needs ?? {}).map(([id, level]) => `${nameIn('skills', id)} ≥ ${level}`);
    const parts = [
      t('config.step.after', { seconds: step.after_s ?? 0, whom }),
      step.needs &&
        (needs.length ? t('config.step.needs', { needs: needs.join(', ') }) : t('config.step.noNeeds')),
      step.queues?.length &&
        t('config.step.queues', { queues: step.queues.map((id) => nameIn('queues', id)).join(', ') }),
      step.credit_s && t('config.step.credit', { seconds: step.credit_s }),
      step.skip_unstaffed && t('config.step.skips'),
    ];
    return parts.filter(Boolean).join(t('config.step.joint'));
  };
}

interface StepFieldsProps {
  step: Step;
  put: (change: Partial<Step>) => void;
  document: Document;
}

function StepFields({ step, put, document }: StepFieldsProps) {
  const { t } = useTranslation();
  const skills = useOptions(document.skills);
  const names = useNames();
  const { data } = useConfiguration();
  const teams = (data?.teams ?? []).map((row) => ({ value: row.team_id, label: names.of(row.name) }));
  const queues = useOptions(document.queues);
  const unit = t('config.unit');
  return (
    <>
      <NumberField
        label={t('config.step.after_s')}
        unit={unit}
        value={step.after_s ?? 0}
        onChange={(after_s) => put({ after_s: after_s ?? 0 })}
      />
      <ChoiceField
        label={t('config.step.asks')}
        value={step.asks ?? 'pool'}
        onChange={(value) => put({ asks: value ?? 'pool', ...(value === 'team' ? {} : { team: null }) })}
        options={asks.map((value) => ({ value, label: t(`config.step.${value}`) }))}
      />
      {step.asks === 'team' && (
        <ChoiceField
          label={t('config.step.whichTeam')}
          value={step.team ?? null}
          onChange={(team) => put({ team })}
          options={teams}
          none={t('config.step.teamOfPreferred')}
        />
      )}
      <NumberField
        label={t('config.step.credit_s')}
        unit={unit}
        value={step.credit_s ?? 0}
        onChange={(credit_s) => put({ credit_s: credit_s ?? 0 })}
      />
      <SwitchField
        label={t('config.step.skip_unstaffed')}
        value={step.skip_unstaffed ?? false}
        onChange={(skip_unstaffed) => put({ skip_unstaffed })}
      />
      <SwitchField
        label={t('config.step.ownNeeds')}
        value={step.needs !== null && step.needs !== undefined}
        onChange={(hasNeeds) => put({ needs: hasNeeds ? {} : null })}
      />
      {step.needs && (
        <LevelsField
          label={t('config.step.needsOf')}
          value={step.needs}
          onChange={(needs) => put({ needs })}
          options={skills}
        />
      )}
      <ManyField
        label={t('config.step.alsoQueues')}
        value={step.queues ?? []}
        onChange={(chosen) => put({ queues: chosen })}
        options={queues}
      />
    </>
  );
}

interface StepsFieldProps {
  steps: Step[];
  onChange: (steps: Step[]) => void;
  document: Document;
}

/** Whom a contact asks for, by how long it has waited. */
export function StepsField({ steps, onChange, document }: StepsFieldProps) {
  const { t } = useTranslation();
  const sentence = useSentence(document);
  const last = steps[steps.length - 1];
  const add = () => onChange([...steps, { after_s: last ? (last.after_s ?? 0) + 30 : 0 }]);
  return (
    <div className={`${styles.steps} ${styles.whole}`}>
      <h3>{t('config.step.title')}</h3>
      {!steps.length && <p>{t('config.step.none')}</p>}
      {steps.map((step, index) => (
        <section
          key={index}
          className={styles.step}
          aria-label={t('config.step.number', { number: index + 1 })}
        >
          <p className={styles.row}>
            <strong>{sentence(step)}</strong>
            <Button
              size="small"
              type="text"
              icon={<Icon name="remove" />}
              aria-label={t('config.step.remove', { number: index + 1 })}
              onClick={() => onChange(removed(steps, index))}
            />
          </p>
          <StepFields
            step={step}
            put={(change) => onChange(replaced(steps, index, { ...step, ...change }))}
            document={document}
          />
        </section>
      ))}
      <div>
        <Button size="small" icon={<Icon name="add" />} onClick={add}>
          {t('config.step.add')}
        </Button>
      </div>
    </div>
  );
}
