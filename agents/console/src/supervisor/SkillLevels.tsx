import { Button, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useConfiguration, useNames } from '../session/configuration';
import { Icon } from '../ui/Icon';
import styles from './Supervise.module.css';

export type Skills = Record<string, number>;

const LEVEL_NEW = 5;

interface SkillLevelsProps {
  value?: Skills;
  onChange?: (skills: Skills) => void;
}

/** Skills with their levels, 1 to 10: a list that is added to, changed and taken from. */
export function SkillLevels({ value = {}, onChange }: SkillLevelsProps) {
  const { t } = useTranslation();
  const names = useNames();
  const { data } = useConfiguration();
  const all = data?.skills ?? [];
  const nameOf = (id: string) => {
    const skill = all.find((one) => one.skill_id === id);
    return skill ? names.of(skill.name) : id;
  };
  const without = (id: string) => Object.fromEntries(Object.entries(value).filter(([key]) => key !== id));
  const rest = all.filter((skill) => !(skill.skill_id in value));
  return (
    <div className={styles.skills}>
      {Object.entries(value).map(([id, level]) => (
        <div key={id} className={styles.skill} data-skill={id}>
          <span>{nameOf(id)}</span>
          <InputNumber
            size="small"
            min={1}
            max={10}
            precision={0}
            aria-label={t('supervise.levelOf', { skill: nameOf(id) })}
            value={level}
            onChange={(next) => onChange?.({ ...value, [id]: next ?? level })}
          />
          <Button
            size="small"
            type="text"
            icon={<Icon name="remove" />}
            aria-label={t('supervise.removeSkill', { skill: nameOf(id) })}
            onClick={() => onChange?.(without(id))}
          />
        </div>
      ))}
      {rest.length > 0 && (
        <Select
          size="small"
          aria-label={t('supervise.addSkill')}
          placeholder={t('supervise.addSkill')}
          value={null}
          onChange={(id: string | null) => id && onChange?.({ ...value, [id]: LEVEL_NEW })}
          options={rest.map((skill) => ({ value: skill.skill_id, label: names.of(skill.name) }))}
        />
      )}
    </div>
  );
}
