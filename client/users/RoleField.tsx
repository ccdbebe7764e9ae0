import { NativeSelect, type NativeSelectProps } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { roles, type Role } from '#shared/permissions';

type RoleFieldProps = Omit<NativeSelectProps, 'data' | 'value'> & {
  value: Role;
  /** Why it cannot be changed. */
  disabledReason?: string | null | undefined;
};

/** A role, with what it may; or with why it cannot be changed. */
export function RoleField({ value, disabledReason, ...props }: RoleFieldProps) {
  const { t } = useTranslation(['users', 'common']);
  return (
    <NativeSelect
      label={t('create.role')}
      {...props}
      value={value}
      disabled={disabledReason != null}
      description={disabledReason ?? t(`roleHelp.${value}`)}
      data={roles.map((role) => ({ value: role, label: t(`common:user.role.${role}`) }))}
    />
  );
}
