import { Button, type ButtonProps } from '@mantine/core';
import type { LucideIcon } from 'lucide-react';
import type { ComponentPropsWithRef } from 'react';
import classes from './editor.module.css';

type ToolButtonProps = ButtonProps & ComponentPropsWithRef<'button'> & { icon: LucideIcon };

/** Opens a menu of the toolbar: on a narrow screen by its icon alone, so it has a name besides its text. */
export function ToolButton({ icon: Icon, ...rest }: ToolButtonProps) {
  return <Button variant="default" size="xs" className={classes.compact} leftSection={<Icon size={15} />} {...rest} />;
}
