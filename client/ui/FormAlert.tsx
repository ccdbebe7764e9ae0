import { Alert } from '@mantine/core';
import { CircleAlert } from 'lucide-react';

/** The one place of a form for an error that belongs to no field. */
export function FormAlert({ message }: { message: string | null }) {
  if (message === null) return null;
  return (
    <Alert variant="light" color="red" icon={<CircleAlert size={18} />} role="alert">
      {message}
    </Alert>
  );
}
